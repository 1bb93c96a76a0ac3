import { describe, expect, it } from 'vitest'
import { frameRun, runLength } from '../../src/lib/wire/block-run.ts'
import { message, opened, pattern, sent, uint32 } from './support.ts'

const BLOCKS = [
  { piece: 3, offset: 16_384, length: 5 },
  { piece: 3, offset: 16_389, length: 1 },
  { piece: 70_000, offset: 0, length: 300 },
]

describe('a run of blocks', () => {
  it('is a piece message for each, whose bytes go into the gaps', () => {
    const run = new Uint8Array(runLength(BLOCKS) + 7).subarray(7)
    const gaps = frameRun(BLOCKS, run)
    expect(gaps.map(gap => gap.length)).toEqual(BLOCKS.map(block => block.length))
    gaps.forEach((gap, index) => gap.set(pattern(gap.length, index)))
    const expected = BLOCKS.map(({ piece, offset, length }, index) =>
      message(7, uint32(piece), uint32(offset), pattern(length, index)),
    )
    expect(run).toEqual(new Uint8Array(Buffer.concat(expected)))
  })

  it('of no blocks is empty', () => {
    expect(runLength([])).toBe(0)
    expect(frameRun([], new Uint8Array(0))).toEqual([])
  })

  it('is sent after what was queued before it, by reference, and counts as sent then', () => {
    const peer = opened()
    peer.have(1)
    const run = pattern(100)
    peer.sendRun(run, 5000)
    peer.have(2)
    expect(peer.lastSent).toBe(5000)
    expect(peer.queuedBytes).toBe(118)
    expect(peer.pollTransmit()).toEqual(message(4, uint32(1)))
    expect(peer.pollTransmit()).toBe(run)
    expect(sent(peer)).toEqual(message(4, uint32(2)))
  })

  it('is not sent once the connection is closed', () => {
    const peer = opened()
    peer.close('local', 'test')
    peer.sendRun(pattern(10), 0)
    expect(peer.pollTransmit()).toBeUndefined()
  })
})
