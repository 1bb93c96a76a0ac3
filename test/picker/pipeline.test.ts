import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import { DEFAULT_REQQ, MAX_REQUESTS, MIN_REQUESTS, Pipeline, requestsFor } from '../../src/lib/picker/pipeline.ts'

const MIB = 2 ** 20

/** Lets a peer deliver so many blocks a second, evenly, and reports that as its rate. @returns the time reached. */
function deliver(pipeline: Pipeline, blocksPerSecond: number, seconds: number, from: number): number {
  const blocks = Math.round(blocksPerSecond * seconds)
  for (let block = 1; block <= blocks; block++) {
    pipeline.onBlock(blocksPerSecond * BLOCK_LENGTH, from + (block * 1000) / blocksPerSecond)
  }
  return from + seconds * 1000
}

describe('requestsFor', () => {
  it('covers the delay at the rate', () => {
    expect(requestsFor(MIB, 3, 500)).toBe(192)
    expect(requestsFor(MIB, 0.5, 500)).toBe(32)
  })

  it('stays between two and five hundred, and below what the peer takes', () => {
    expect(requestsFor(0, 3, 500)).toBe(MIN_REQUESTS)
    expect(requestsFor(1e12, 3, 2000)).toBe(MAX_REQUESTS)
    expect(requestsFor(MIB, 3, 100)).toBe(100)
    expect(requestsFor(0, 3, 1)).toBe(1)
  })
})

describe('Pipeline', () => {
  it('grows by one for every block at first, whatever the rate is said to be', () => {
    const pipeline = new Pipeline()
    const start = pipeline.size
    for (let block = 1; block <= 50; block++) {
      pipeline.onBlock(0, block)
      expect(pipeline.size).toBe(start + block)
    }
  })

  it('settles on what the rate demands once that has levelled out', () => {
    const pipeline = new Pipeline()
    deliver(pipeline, 10, 5, 0)
    expect(pipeline.size).toBe(30)
  })

  it('goes on growing while the rate does', () => {
    const pipeline = new Pipeline()
    let now = 0
    for (const rate of [10, 20, 40, 80]) now = deliver(pipeline, rate, 1, now)
    expect(pipeline.size).toBeGreaterThan(150)
  })

  it('follows the rate down and up again', () => {
    const pipeline = new Pipeline()
    let now = deliver(pipeline, 20, 5, 0)
    now = deliver(pipeline, 2, 5, now)
    expect(pipeline.size).toBe(6)
    deliver(pipeline, 64, 5, now)
    expect(pipeline.size).toBe(192)
  })

  it('starts again after a long silence', () => {
    const pipeline = new Pipeline()
    const now = deliver(pipeline, 60, 5, 0)
    pipeline.onBlock(60 * BLOCK_LENGTH, now + 30_000)
    expect(pipeline.size).toBe(new Pipeline().size + 1)
  })

  it('assumes a limit until the peer gives one', () => {
    const pipeline = new Pipeline()
    const now = deliver(pipeline, 100_000, 3, 0)
    expect(pipeline.size).toBe(DEFAULT_REQQ)
    pipeline.setLimit(2000)
    expect(deliver(pipeline, 100_000, 1, now)).toBe(now + 1000)
    expect(pipeline.size).toBe(MAX_REQUESTS)
    pipeline.setLimit(0)
    expect(pipeline.size).toBe(1)
  })

  it('always asks for something, and never for more than the peer takes', () => {
    const block = fc.record({ rate: fc.integer({ min: 0, max: 1e9 }), after: fc.integer({ min: 0, max: 20_000 }) })
    fc.assert(
      fc.property(fc.array(block), fc.integer({ min: -5, max: 1000 }), (blocks, reqq) => {
        const pipeline = new Pipeline()
        pipeline.setLimit(reqq)
        let now = 0
        for (const { rate, after } of blocks) {
          now += after
          pipeline.onBlock(rate, now)
          expect(pipeline.size).toBeGreaterThanOrEqual(1)
          expect(pipeline.size).toBeLessThanOrEqual(Math.max(1, Math.min(reqq, MAX_REQUESTS)))
        }
      }),
    )
  })
})
