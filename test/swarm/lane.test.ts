import { describe, expect, it } from 'vitest'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import { Lane } from '../../src/lib/swarm/lane.ts'
import { RateLimit } from '../../src/lib/swarm/rate-limit.ts'

const RATE = 64 * BLOCK_LENGTH

/** Peers that have no end of blocks to move, unless they are told what they have. */
class Peers {
  readonly moved = new Map<string, number>()
  readonly left = new Map<string, number>()
  readonly block = new Map<string, number>()

  readonly move = (peer: string, share: number): number => {
    const block = this.block.get(peer) ?? BLOCK_LENGTH
    let bytes = 0
    let left = this.left.get(peer) ?? Infinity
    while (left > 0 && (bytes === 0 || bytes + block <= share)) {
      bytes += block
      left--
    }
    this.left.set(peer, left)
    this.moved.set(peer, this.of(peer) + bytes)
    return bytes
  }

  of(peer: string): number {
    return this.moved.get(peer) ?? 0
  }

  get total(): number {
    return [...this.moved.values()].reduce((sum, bytes) => sum + bytes, 0)
  }
}

/** Wakes the lanes at their deadlines, as a driver does, until `end`. */
function run(lanes: readonly Lane<string>[], start: number, end: number): void {
  for (let now = start; ;) {
    const next = Math.min(...lanes.map(lane => lane.deadline))
    if (next > end) return
    now = Math.max(next, now + 1)
    for (const lane of lanes) if (lane.deadline <= now) lane.handleTimeout(now)
  }
}

describe('Lane', () => {
  it('keeps to the rate from the first second on, whatever the rate', () => {
    for (const rate of [5000, 20 * 1024, 1e6, 2e8]) {
      const peers = new Peers()
      const lane = new Lane([new RateLimit(rate, 0)], peers.move)
      for (const peer of ['a', 'b', 'c']) lane.join(peer, 0)
      expect(peers.total).toBe(0)
      run([lane], 0, 1000)
      expect(peers.total).toBeLessThanOrEqual(rate + BLOCK_LENGTH)
      run([lane], 1000, 60_000)
      expect(Math.abs(peers.total / (60 * rate) - 1)).toBeLessThan(0.06)
    }
  })

  it('wakes up some hundred times a second at most', () => {
    const peers = new Peers()
    let turns = 0
    const lane = new Lane<string>([new RateLimit(1e9, 0)], (peer, share) => {
      turns++
      return peers.move(peer, share)
    })
    lane.join('a', 0)
    run([lane], 0, 1000)
    expect(turns).toBeLessThan(250)
  })

  it('gives peers equal turns, whatever the size of their blocks', () => {
    const peers = new Peers()
    peers.block.set('large', 8 * BLOCK_LENGTH)
    const lane = new Lane([new RateLimit(RATE, 0)], peers.move)
    for (const peer of ['large', 'b', 'c', 'd']) lane.join(peer, 0)
    run([lane], 0, 20_000)
    for (const peer of ['large', 'b', 'c', 'd']) {
      expect(Math.abs(peers.of(peer) / (5 * RATE) - 1)).toBeLessThan(0.05)
    }
  })

  it('gives what a peer does not need to the others', () => {
    const peers = new Peers()
    peers.left.set('a', 3)
    const lane = new Lane([new RateLimit(RATE, 0)], peers.move)
    for (const peer of ['a', 'b', 'c']) lane.join(peer, 0)
    lane.leave('b')
    run([lane], 0, 10_000)
    expect(peers.of('a')).toBe(3 * BLOCK_LENGTH)
    expect(peers.of('b')).toBe(0)
    expect(peers.of('c') / (10 * RATE)).toBeGreaterThan(0.95)
  })

  it('gives lanes of one limit equal parts of it, however many peers stand in each', () => {
    const shared = new RateLimit(RATE, 0)
    const peers = new Peers()
    const [crowd, pair, slow] = [
      new Lane([shared], peers.move),
      new Lane([shared], peers.move),
      new Lane([shared, new RateLimit(RATE / 10, 0)], peers.move),
    ]
    for (let n = 0; n < 20; n++) crowd.join(`crowd ${n}`, 0)
    for (let n = 0; n < 2; n++) pair.join(`pair ${n}`, 0)
    slow.join('slow', 0)
    run([crowd, pair, slow], 0, 20_000)
    const part = (name: string): number =>
      [...peers.moved].reduce((sum, [peer, bytes]) => sum + (peer.startsWith(name) ? bytes : 0), 0) / (20 * RATE)
    expect(part('slow')).toBeCloseTo(0.1, 2)
    expect(part('crowd')).toBeCloseTo(0.45, 1)
    expect(part('pair')).toBeCloseTo(0.45, 1)
    expect(peers.total / (20 * RATE)).toBeGreaterThan(0.97)
    expect(peers.total / (20 * RATE)).toBeLessThan(1.03)
  })

  it('holds nothing while nobody waits: what it had ordered is there for others', () => {
    const shared = new RateLimit(BLOCK_LENGTH, 0)
    const peers = new Peers()
    const [one, other] = [new Lane([shared], peers.move), new Lane([shared], peers.move)]
    one.join('a', 0)
    one.leave('a')
    expect(one.deadline).toBe(Infinity)
    other.join('b', 0)
    expect(other.deadline).toBe(1000)
  })

  it('has room again for what is refunded', () => {
    for (const [refunded, blocks] of [
      [0, 2],
      [BLOCK_LENGTH, 3],
    ] as const) {
      const peers = new Peers()
      const lane = new Lane([new RateLimit(BLOCK_LENGTH, 0)], peers.move)
      lane.join('a', 0)
      lane.handleTimeout(1000)
      expect(peers.total).toBe(BLOCK_LENGTH)
      lane.refund(refunded)
      run([lane], 1000, 2000)
      expect(peers.total).toBe(blocks * BLOCK_LENGTH)
      lane.close()
      expect(lane.deadline).toBe(Infinity)
    }
  })

  it('waits for what came in a heap to be made up for', () => {
    const peers = new Peers()
    const lane = new Lane([new RateLimit(BLOCK_LENGTH, 0)], peers.move)
    lane.arrived(10 * BLOCK_LENGTH, 0)
    lane.join('a', 0)
    expect(lane.deadline).toBe(10_000)
    run([lane], 0, 9999)
    expect(peers.total).toBe(0)
    run([lane], 9999, 10_000)
    expect(peers.total).toBeGreaterThan(0)
  })
})
