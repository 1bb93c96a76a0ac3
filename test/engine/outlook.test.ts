import { describe, expect, it } from 'vitest'
import type { TrackerState } from '../../src/lib/discovery/announce.ts'
import { outlook, type Situation } from '../../src/lib/engine/outlook.ts'

function situation(changes: Partial<Situation> = {}): Situation {
  return { met: false, candidates: false, trackers: [], sources: 0, lastLoss: undefined, ...changes }
}

function tracker(status: TrackerState['status'], lastError?: string): TrackerState {
  return { url: 'http://t/announce', tier: 0, status, ...(lastError !== undefined && { lastError }) }
}

describe('outlook', () => {
  it.each<[string, Partial<Situation>]>([
    ['a source may still name peers', { sources: 1, lastLoss: 'a: gone' }],
    ['a peer that was met is tried again', { met: true, candidates: true }],
    ['a tracker has not been asked', { trackers: [tracker('failing'), tracker('unused')] }],
    ['a tracker is being asked', { trackers: [tracker('announcing')] }],
    ['a tracker works, and may name others later', { trackers: [tracker('working'), tracker('failing')] }],
  ])('waits where %s', (_, changes) => {
    expect(outlook(situation(changes))).toBeUndefined()
  })

  it('gives up where nothing can name a peer', () => {
    expect(outlook(situation())).toMatchObject({ code: 'NO_PEERS', message: expect.stringContaining('--peer') })
  })

  it('gives up on a peer that was never met, though it could be dialled again', () => {
    expect(outlook(situation({ candidates: true, lastLoss: '1.2.3.4:5: connection refused' }))).toMatchObject({
      code: 'NO_PEERS',
      message: 'no peer could be reached: 1.2.3.4:5: connection refused',
    })
  })

  it('gives up where every tracker failed, and says why each did', () => {
    const trackers = [tracker('failing', 'it is down'), tracker('disabled')]
    expect(outlook(situation({ trackers }))).toMatchObject({
      code: 'TRACKER_UNREACHABLE',
      message: 'it is down; http://t/announce failed',
    })
  })
})
