import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BtError } from '../../src/lib/base/errors.ts'
import {
  Announcing,
  STOP_TIMEOUT,
  type AnnounceEvent,
  type AnnouncingOptions,
} from '../../src/lib/engine/announcing.ts'
import type { AnnounceResponse, PeerAddress } from '../../src/lib/plugin/api.ts'
import { HASH, OURS } from '../wire/support.ts'
import { FakeTracker, registryOf, TRACKER_URL } from './support/plugins.ts'

const NEVER = new Promise<AnnounceResponse>(() => undefined)
const PEER: PeerAddress = { host: '52.0.0.1', port: 1 }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function setUp(changes: Partial<AnnouncingOptions> = {}) {
  const tracker = new FakeTracker()
  const events: AnnounceEvent[] = []
  const peers: PeerAddress[] = []
  const announcing = new Announcing({
    tiers: [[TRACKER_URL]],
    registry: registryOf({ trackers: [tracker] }),
    infoHash: HASH,
    peerId: OURS,
    port: 7000,
    key: 42,
    now: () => performance.now(),
    random: () => 0.5,
    totals: () => ({ uploaded: 1, downloaded: 2, left: 3 }),
    onPeers: found => peers.push(...found),
    onEvent: event => events.push(event),
    ...changes,
  })
  return { tracker, events, peers, announcing }
}

/** Lets what is promised come about, without any time passing. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

describe('Announcing', () => {
  it('tells what it is told to and hands on the peers', async () => {
    const { tracker, events, peers, announcing } = setUp()
    tracker.peers = [PEER]
    announcing.start()
    await settle()
    expect(tracker.requests).toMatchObject([
      { event: 'started', port: 7000, key: 42, uploaded: 1, downloaded: 2, left: 3, numWant: 200 },
    ])
    expect(peers).toEqual([PEER])
    expect(events.map(({ type }) => type)).toEqual(['announced'])
    await announcing.stop()
    expect(tracker.requests[1]).toMatchObject({ event: 'stopped', numWant: 0 })
    expect(peers).toEqual([PEER]) // not those that `stopped` was answered with
  })

  it('announces again after the interval, and at once when complete, once', async () => {
    const { tracker, announcing } = setUp()
    announcing.start()
    await settle()
    await vi.advanceTimersByTimeAsync(1_800_000)
    announcing.complete()
    announcing.complete()
    await settle()
    await announcing.stop()
    expect(tracker.events()).toEqual(['started', '-', 'completed', 'stopped'])
  })

  it('asks for peers no sooner than the tracker likes, however often they run out', async () => {
    const { tracker, announcing } = setUp()
    announcing.start()
    await settle()
    for (let second = 0; second < 600; second++) {
      announcing.needPeers()
      await vi.advanceTimersByTimeAsync(1000)
    }
    expect(tracker.requests.length).toBeLessThanOrEqual(11)
    expect(tracker.requests.length).toBeGreaterThanOrEqual(9)
    await announcing.stop()
  })

  it('sends back what the tracker calls itself, and passes its warning on', async () => {
    const { tracker, events, announcing } = setUp()
    tracker.answer = () => Promise.resolve({ peers: [], interval: 1800, trackerId: 'me', warning: 'be nice' })
    announcing.start()
    await settle()
    await announcing.stop()
    expect(tracker.requests.map(({ trackerId }) => trackerId)).toEqual([undefined, 'me'])
    expect(events).toContainEqual({ type: 'trackerWarning', url: TRACKER_URL, message: 'be nice' })
  })

  it('never asks again where the tracker says so (BEP 31)', async () => {
    const { tracker, announcing } = setUp()
    tracker.answer = () =>
      Promise.reject(new BtError('TRACKER_REFUSED', 'go away', { details: { retryAfter: 'never' } }))
    announcing.start()
    await settle()
    expect(announcing.states()).toMatchObject([{ status: 'disabled', lastError: 'go away' }])
    await vi.advanceTimersByTimeAsync(1e8)
    expect(tracker.requests).toHaveLength(1)
    await announcing.stop()
  })

  it('asks again after as many seconds as the tracker says (BEP 31)', async () => {
    const { tracker, announcing } = setUp()
    tracker.answer = () => Promise.reject(new BtError('TRACKER_REFUSED', 'later', { details: { retryAfter: 600 } }))
    announcing.start()
    await vi.advanceTimersByTimeAsync(599_000)
    expect(tracker.requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(62_000)
    expect(tracker.requests).toHaveLength(2)
    await announcing.stop()
  })

  it('leaves out what no plugin speaks, for good', async () => {
    const { events, announcing } = setUp({ tiers: [['wss://t/announce']] })
    announcing.start()
    await settle()
    expect(events).toMatchObject([{ type: 'announceFailed', error: { code: 'TRACKER_UNREACHABLE' } }])
    expect(announcing.states()).toMatchObject([{ status: 'disabled' }])
    await announcing.stop()
  })

  it('names the tracker in whatever a plugin throws', async () => {
    const { tracker, events, announcing } = setUp()
    tracker.answer = () => Promise.reject(new TypeError('undefined is not a function'))
    announcing.start()
    await settle()
    expect(events).toMatchObject([
      { error: { code: 'TRACKER_UNREACHABLE', message: expect.stringContaining(TRACKER_URL) } },
    ])
    await announcing.stop()
  })

  it('believes no peer that is none', async () => {
    const { tracker, peers, announcing } = setUp()
    const named: unknown = [PEER, undefined, { host: 7, port: 7 }, { host: '52.0.0.2', port: '7' }, 'x']
    tracker.answer = () => Promise.resolve({ peers: named as readonly PeerAddress[], interval: 1800 })
    announcing.start()
    await settle()
    tracker.answer = () => Promise.resolve({ peers: null as unknown as readonly PeerAddress[], interval: 1800 })
    announcing.complete()
    await settle()
    expect(peers).toEqual([PEER])
    await announcing.stop()
  })

  describe('stopping', () => {
    it('is nothing where nothing was announced', async () => {
      const { tracker, announcing } = setUp()
      await announcing.stop()
      expect(tracker.requests).toEqual([])
    })

    it('cuts the announce under way short, and makes no news of that', async () => {
      const { tracker, events, announcing } = setUp()
      tracker.answer = () => NEVER
      announcing.start()
      await settle()
      await announcing.stop()
      expect(tracker.events()).toEqual(['started'])
      expect(events).toEqual([])
    })

    it('ends in time though a tracker does not answer', async () => {
      const { tracker, announcing } = setUp()
      announcing.start()
      await settle()
      tracker.answer = () => NEVER
      const stopped = announcing.stop()
      let done = false
      void stopped.then(() => (done = true))
      await vi.advanceTimersByTimeAsync(STOP_TIMEOUT - 1)
      expect(done).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(done).toBe(true)
      expect(tracker.events()).toEqual(['started', 'stopped'])
      expect(vi.getTimerCount()).toBe(0)
    })

    it('still says that the download is complete', async () => {
      const { tracker, announcing } = setUp()
      announcing.start()
      await settle()
      announcing.complete()
      await announcing.stop()
      expect(tracker.events()).toEqual(['started', 'completed', 'stopped'])
    })
  })
})
