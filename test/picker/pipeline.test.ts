import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import {
  DEFAULT_REQQ,
  INITIAL_REQUESTS,
  MAX_DISTANT_REQUESTS,
  MAX_REQUESTS,
  MIN_REQUESTS,
  Pipeline,
} from '../../src/lib/picker/pipeline.ts'

const QUEUE_TIME = 2000

/** A peer that answers in order, so many blocks a second, after a round trip; asked as `Downloads` asks. */
class Peer {
  readonly pipeline = new Pipeline()
  blocksPerSecond: number
  readonly #roundTrip: number
  readonly #arrivals: number[] = []
  #free = 0
  now = 0
  came = 0
  sizes: number[] = []

  constructor(blocksPerSecond: number, roundTrip: number, limit = MAX_DISTANT_REQUESTS) {
    this.blocksPerSecond = blocksPerSecond
    this.#roundTrip = roundTrip
    this.pipeline.setLimit(limit)
  }

  ask(): void {
    if (this.#arrivals.length > this.pipeline.refillAt) return
    const count = this.pipeline.size - this.#arrivals.length
    for (let i = 0; i < count; i++) {
      this.#free = Math.max(this.#free, this.now + this.#roundTrip) + 1000 / this.blocksPerSecond
      this.#arrivals.push(this.#free)
    }
    this.pipeline.onRequests(count, this.now)
  }

  run(seconds: number, queueTime = QUEUE_TIME): this {
    const end = this.now + seconds * 1000
    this.ask()
    for (let next = this.#arrivals[0]; next !== undefined && next <= end; next = this.#arrivals[0]) {
      this.#arrivals.shift()
      this.now = next
      this.came++
      this.pipeline.onBlock(next, queueTime)
      this.sizes.push(this.pipeline.size)
      this.ask()
    }
    this.now = end
    return this
  }
}

describe('Pipeline', () => {
  it('grows by one for every block while there is more to be had', () => {
    const peer = new Peer(100_000, 100).run(0.35)
    expect(peer.sizes.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, n) => INITIAL_REQUESTS + 1 + n))
  })

  it('settles on what the peer delivers in the time that its queue may take, and stays there', () => {
    const peer = new Peer(50, 40).run(20)
    const settled = peer.sizes.slice(-200)
    expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(2)
    expect(peer.pipeline.size).toBe(100)
    expect(peer.pipeline.rate / BLOCK_LENGTH).toBeCloseTo(50, 0)
  })

  it('asks a crowd for less', () => {
    const peer = new Peer(50, 40).run(20).run(20, 200)
    expect(peer.pipeline.size).toBe(10)
  })

  it('asks a slow peer for no more than it must, from its first block on', () => {
    const peer = new Peer(0.5, 40).run(10)
    expect(Math.max(...peer.sizes)).toBeLessThan(INITIAL_REQUESTS)
    expect(peer.run(10).pipeline.size).toBe(MIN_REQUESTS)
  })

  it('fills a fast pipe at any distance, however short the queue', () => {
    // 100 MB a second at 200 ms: 1,220 blocks are on their way at any time.
    const peer = new Peer(6100, 200).run(5, 100)
    const before = peer.came
    peer.run(5, 100)
    expect(peer.came - before).toBeGreaterThan(0.98 * 5 * 6100)
    expect(peer.pipeline.size).toBe(MAX_DISTANT_REQUESTS)
  })

  it('asks a fast peer next door for five hundred at most, or for what it delivers in 25 ms', () => {
    expect(new Peer(20_000, 1).run(3).sizes.at(-1)).toBe(MAX_REQUESTS)
    expect(new Peer(50_000, 1).run(3).sizes.at(-1)).toBe(1250)
    expect(new Peer(200_000, 1).run(3).sizes.at(-1)).toBe(MAX_DISTANT_REQUESTS)
  })

  it('asks again before the pipe runs dry where the peer takes few requests', () => {
    const peer = new Peer(1000, 200, 100).run(3)
    const before = peer.came
    // 100 requests a round trip are 500 blocks a second.
    expect((peer.run(4).came - before) / 4).toBeGreaterThan(400)
  })

  it('follows the rate down and up again', () => {
    const peer = new Peer(50, 40).run(10)
    peer.blocksPerSecond = 5
    expect(peer.run(40).pipeline.size).toBe(10)
    peer.blocksPerSecond = 100
    expect(peer.run(40).pipeline.size).toBe(200)
  })

  it('does not move by more than one a block, whatever happens', () => {
    const peer = new Peer(200, 60)
    for (const rate of [200, 20, 2000, 3, 500]) {
      peer.blocksPerSecond = rate
      peer.run(4)
    }
    const steps = peer.sizes.map((size, n) => Math.abs(size - (peer.sizes[n - 1] ?? INITIAL_REQUESTS)))
    expect(Math.max(...steps)).toBe(1)
  })

  it('starts again after a long silence', () => {
    const peer = new Peer(100, 40).run(10)
    peer.pipeline.onVoid(2000)
    peer.pipeline.onRequests(1, 40_000)
    peer.pipeline.onBlock(41_000, QUEUE_TIME)
    expect(peer.pipeline.size).toBeLessThanOrEqual(INITIAL_REQUESTS + 1)
    expect(peer.pipeline.timeFor(1)).toBe(1000)
  })

  it('tells how long blocks take once one has come, and the distance', () => {
    const pipeline = new Pipeline()
    expect([pipeline.timeFor(1), pipeline.rate, pipeline.roundTrip]).toEqual([undefined, 0, 0])
    pipeline.onRequests(4, 1000)
    pipeline.onBlock(1250, QUEUE_TIME)
    expect([pipeline.timeFor(2), pipeline.roundTrip]).toEqual([500, 250])
    // The three that follow at once show that it was the distance.
    for (const now of [1260, 1270, 1280]) pipeline.onBlock(now, QUEUE_TIME)
    expect(pipeline.timeFor(1)).toBe(70)
  })

  it('does not take what was cancelled for slowness, nor for a short way', () => {
    const peer = new Peer(50, 100).run(10)
    const { roundTrip } = peer.pipeline
    peer.pipeline.onVoid(2000)
    const pipeline = peer.pipeline
    pipeline.onRequests(2, 12_000)
    pipeline.onVoid(1)
    pipeline.onVoid(1)
    // One that had left all the same.
    pipeline.onBlock(12_001, QUEUE_TIME)
    pipeline.onRequests(1, 12_500)
    pipeline.onBlock(12_640, QUEUE_TIME)
    expect(pipeline.roundTrip).toBe(roundTrip)
  })

  it('assumes a limit until the peer gives one', () => {
    const pipeline = new Pipeline()
    for (let block = 0; block < 1000; block++) {
      pipeline.onRequests(1, block)
      pipeline.onBlock(block + 1, QUEUE_TIME)
    }
    expect(pipeline.size).toBe(DEFAULT_REQQ)
    pipeline.setLimit(2000)
    expect(pipeline.size).toBeGreaterThan(DEFAULT_REQQ)
    pipeline.setLimit(0)
    expect(pipeline.size).toBe(1)
  })

  it('always asks for something, and never for more than the peer takes', () => {
    const step = fc.record({
      after: fc.integer({ min: 0, max: 20_000 }),
      act: fc.constantFrom('ask', 'block', 'block', 'cancel', 'abandon'),
      queueTime: fc.integer({ min: 1, max: 3000 }),
    })
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: -5, max: 3000 }), (steps, reqq) => {
        const pipeline = new Pipeline()
        pipeline.setLimit(reqq)
        let now = 0
        for (const { after, act, queueTime } of steps) {
          now += after
          if (act === 'ask') pipeline.onRequests(pipeline.size, now)
          else if (act === 'block') pipeline.onBlock(now, queueTime)
          else if (act === 'cancel') pipeline.onVoid(1)
          else pipeline.onVoid(2000)
          expect(pipeline.size).toBeGreaterThanOrEqual(1)
          expect(pipeline.size).toBeLessThanOrEqual(Math.max(1, Math.min(reqq, MAX_DISTANT_REQUESTS)))
          expect(pipeline.refillAt).toBeGreaterThanOrEqual(0)
          expect(pipeline.refillAt).toBeLessThan(pipeline.size)
        }
      }),
    )
  })
})
