import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Choker, OPTIMISTIC_ROUND, ROUND } from '../../src/lib/swarm/choker.ts'
import { seeded } from '../picker/support.ts'
import { peer, Peers, range } from './choking-peers.ts'

describe('Choker, leeching', () => {
  it('unchokes those that give most, and one more', () => {
    const peers = new Peers(
      range(20).map(key => peer(key, { downloadRate: key * 100 })),
      4,
    )
    peers.decide(0)
    expect(peers.unchoked).toHaveLength(4)
    expect(peers.unchoked).toEqual(expect.arrayContaining([17, 18, 19]))
  })

  it('chokes who gives less than another', () => {
    const peers = new Peers([peer(1, { downloadRate: 9 }), ...range(9).map(key => peer(key + 10))], 2)
    peers.decide(0)
    expect(peers.unchoked).toContain(1)
    peers.peers = peers.peers.map(one => ({ ...one, downloadRate: one.key === 15 ? 99 : one.downloadRate }))
    peers.decide(ROUND)
    expect(peers.unchoked).toContain(15)
    expect(peers.unchoked).not.toContain(1)
  })

  it('serves all interested peers while there are slots, snubbed ones too, and only those', () => {
    const peers = new Peers([peer(1), peer(2, { snubbed: true }), peer(3, { interested: false })], 4)
    peers.decide(0)
    expect(peers.unchoked).toEqual([1, 2])
  })

  it('gives a snubbing peer no slot but by luck', () => {
    const snubber = peer(0, { snubbed: true, downloadRate: 1e6 })
    const lucky = range(300).filter(seed => {
      const peers = new Peers([snubber, ...range(9).map(key => peer(key + 1))], 4, seed)
      peers.decide(0)
      return peers.unchoked.includes(0)
    })
    expect(lucky.length).toBeGreaterThan(15)
    expect(lucky.length).toBeLessThan(80)
  })

  it('gives snubbing peers the slots that are left by luck, not by what they gave before', () => {
    const served = range(60).flatMap(seed => {
      const snubbers = range(6).map(key => peer(key, { snubbed: true, downloadRate: key }))
      const peers = new Peers([...snubbers, peer(9)], 3, seed)
      peers.decide(0)
      expect(peers.unchoked).toContain(9)
      return peers.unchoked
    })
    expect(new Set(served).size).toBe(7)
    expect(served.filter(key => key === 5).length).toBeLessThan(40)
  })

  it('changes nobody between rounds, but fills free slots at once, best first', () => {
    const peers = new Peers([peer(1)], 2)
    peers.decide(0)
    expect(peers.choker.deadline).toBe(ROUND)
    peers.peers.push(peer(2, { downloadRate: 1 }), peer(3, { downloadRate: 5 }), peer(4, { snubbed: true }))
    peers.decide(1)
    expect(peers.unchoked).toEqual([1, 3])
    peers.peers.push(peer(5, { downloadRate: 1e6 }))
    peers.decide(ROUND - 1)
    expect(peers.unchoked).toEqual([1, 3])
    expect(peers.choker.deadline).toBe(ROUND)
    peers.decide(ROUND)
    expect(peers.unchoked).toContain(5)
    expect(peers.choker.deadline).toBe(2 * ROUND)
  })

  it('keeps one that lost interest unchoked for as long as nobody else wants the slot', () => {
    const peers = new Peers([peer(1), peer(2)], 2)
    peers.decide(0)
    peers.peers = peers.peers.map(one => (one.key === 1 ? { ...one, interested: false } : one))
    peers.decide(ROUND)
    expect(peers.unchoked).toEqual([1, 2])
    peers.peers.push(peer(3))
    peers.decide(2 * ROUND)
    expect(peers.unchoked).toEqual([2, 3])
  })

  it('rotates the optimistic unchoke every 30 seconds, to somebody else', () => {
    const peers = new Peers([peer(0, { downloadRate: 1e6 }), ...range(8).map(key => peer(key + 1))], 2)
    const lucky = range(24).map(round => {
      peers.decide(round * ROUND)
      expect(peers.unchoked).toHaveLength(2)
      return peers.unchoked.find(key => key !== 0)
    })
    const perRotation = OPTIMISTIC_ROUND / ROUND
    for (let round = 1; round < lucky.length; round++) {
      if (round % perRotation === 0) expect(lucky[round]).not.toBe(lucky[round - 1])
      else expect(lucky[round]).toBe(lucky[round - 1])
    }
    expect(new Set(lucky).size).toBeGreaterThan(4)
  })

  it('tries another when the optimistic unchoke has earned a regular slot', () => {
    const peers = new Peers([peer(0, { downloadRate: 10 }), ...range(8).map(key => peer(key + 1))], 2)
    peers.decide(0)
    const lucky = peers.unchoked.find(key => key !== 0)
    peers.peers = peers.peers.map(one => (one.key === lucky ? { ...one, downloadRate: 99 } : one))
    peers.decide(ROUND)
    expect(peers.unchoked).toHaveLength(2)
    expect(peers.unchoked).toContain(lucky)
  })

  it('tries a new connection three times as often as an old one', () => {
    const now = 1_000_000
    const tries = range(2000).filter(seed => {
      const peers = new Peers([peer(0, { connectedAt: now - 5 }), ...range(7).map(key => peer(key + 1))], 1, seed)
      peers.decide(now)
      return peers.unchoked.includes(0)
    })
    expect(tries.length).toBeGreaterThan(520)
    expect(tries.length).toBeLessThan(680)
  })
})

const candidate = fc.record({
  interested: fc.boolean(),
  choked: fc.boolean(),
  downloadRate: fc.nat(5),
  uploadRate: fc.nat(5),
  connectedAt: fc.nat(100_000),
  lastUnchokedAt: fc.option(fc.nat(100_000), { nil: undefined }),
  snubbed: fc.boolean(),
  stalled: fc.constant(false),
  idle: fc.boolean(),
  host: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'),
})

describe('Choker, always', () => {
  it('leaves no slot empty that somebody wants, fills no more, and repeats itself for a seed', () => {
    const step = fc.record({ candidates: fc.array(candidate), after: fc.nat(40_000), seeding: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 1, max: 4 }), fc.integer(), (steps, slots, seed) => {
        const choker = new Choker({ slots, random: seeded(seed) })
        const twin = new Choker({ slots, random: seeded(seed) })
        let now = 0
        for (const { candidates, after, seeding } of steps) {
          now += after
          const peers = candidates.map((one, key) => ({ key, ...one }))
          const isRound = now >= choker.deadline
          const { unchoke, choke } = choker.decide(peers, now, seeding)
          expect(twin.decide(peers, now, seeding)).toEqual({ unchoke, choke })
          expect(unchoke.every(key => peers[key]?.choked === true && peers[key].interested)).toBe(true)
          expect(choke.every(key => peers[key]?.choked === false)).toBe(true)
          const interested = peers.filter(one => one.interested)
          const before = interested.filter(one => !one.choked).length
          const served = interested.filter(one => (one.choked ? unchoke : choke).includes(one.key) === one.choked)
          if (!isRound) expect(choke).toEqual([])
          const limit = isRound ? slots : Math.max(slots, before)
          expect(served).toHaveLength(Math.min(interested.length, limit))
        }
      }),
    )
  })
})
