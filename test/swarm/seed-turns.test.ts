import { describe, expect, it } from 'vitest'
import { ROUND } from '../../src/lib/swarm/choker.ts'
import { MOST_IDLE, MOST_STALLED, SEED_QUANTUM } from '../../src/lib/swarm/seed-turns.ts'
import { peer, Peers, range } from './choking-peers.ts'

describe('Choker, seeding', () => {
  it('serves everyone in turn, for the same time', () => {
    const peers = new Peers(
      range(12).map(key => peer(key, { uploadRate: key })),
      3,
    )
    const served = new Map<number, number>()
    const rounds = (8 * SEED_QUANTUM) / ROUND
    for (const round of range(rounds)) {
      peers.decide((round + 1) * ROUND, true)
      expect(peers.unchoked).toHaveLength(3)
      for (const key of peers.unchoked) served.set(key, (served.get(key) ?? 0) + 1)
    }
    expect([...served.values()]).toEqual(range(12).map(() => rounds / 4))
  })

  it('lets nobody in before a turn is over', () => {
    const peers = new Peers(
      range(6).map(key => peer(key)),
      2,
    )
    peers.decide(ROUND, true)
    const first = peers.unchoked
    for (let now = 2 * ROUND; now < ROUND + SEED_QUANTUM; now += ROUND) {
      peers.decide(now, true)
      expect(peers.unchoked).toEqual(first)
    }
    peers.decide(ROUND + SEED_QUANTUM, true)
    expect(peers.unchoked.filter(key => first.includes(key))).toEqual([])
  })

  it('lets the fastest stay where slots become fewer, and fills a free slot with who waited longest', () => {
    const unchoked = { choked: false, lastUnchokedAt: 0 }
    const peers = new Peers([peer(1, { ...unchoked, uploadRate: 1 }), peer(2, { ...unchoked, uploadRate: 2 })], 1)
    peers.decide(1, true)
    expect(peers.unchoked).toEqual([2])
    peers.peers = [peer(3, { lastUnchokedAt: 50 }), peer(4, { lastUnchokedAt: 20 }), peer(5, { lastUnchokedAt: 90 })]
    peers.decide(100, true)
    expect(peers.unchoked).toEqual([4])
  })
})

describe('Choker, seeding to some that stall', () => {
  const stalling = (count: number): Peers =>
    new Peers(
      range(count).map(key => peer(key)),
      4,
    )
  /** All that are unchoked stall from now on. */
  const stall = (peers: Peers): void => {
    peers.peers = peers.peers.map(one => ({ ...one, stalled: one.stalled || !one.choked }))
  }

  it('gives their slots to others at once, and lets them have their turn besides', () => {
    const peers = stalling(12)
    peers.decide(ROUND, true)
    const first = peers.unchoked
    stall(peers)
    peers.decide(ROUND + 1, true)
    expect(peers.unchoked).toHaveLength(8)
    expect(peers.unchoked).toEqual(expect.arrayContaining(first))
    stall(peers)
    peers.decide(2 * ROUND, true)
    expect(peers.unchoked).toHaveLength(12)
  })

  it('serves one more in a round where there are many, and fewer once they have had their turns', () => {
    const peers = stalling(100)
    const counts = range(8).map(round => {
      peers.decide((round + 1) * ROUND, true)
      stall(peers)
      return peers.unchoked.length
    })
    const full = MOST_STALLED + 4
    expect(counts).toEqual([4, 8, 12, 16, full, full + 1, full - 2, full - 5])
  })

  it('takes the newest peer and the one that has waited longest alternately', () => {
    const peers = new Peers(
      [
        peer(0, { stalled: true, choked: false, lastUnchokedAt: 1 }),
        peer(1, { lastUnchokedAt: 2 }),
        peer(2, { connectedAt: 20 }),
        peer(3, { connectedAt: 30 }),
      ],
      1,
    )
    peers.decide(ROUND, true)
    expect(peers.unchoked).toEqual([0, 3])
  })

  it('lets those that take what they are given stay beyond their turn, in half of the slots', () => {
    const served = { choked: false, lastUnchokedAt: 0 }
    const takers = range(4).map(key => peer(key, { ...served, uploadRate: key }))
    const peers = new Peers(
      [...takers, peer(4, { ...served, stalled: true }), ...range(5).map(key => peer(key + 5))],
      4,
    )
    peers.decide(SEED_QUANTUM, true)
    expect(peers.unchoked.filter(key => key < 5)).toEqual([2, 3])
    expect(peers.unchoked).toHaveLength(5)
  })

  it('does not count them apart among leeches', () => {
    const peers = stalling(12)
    peers.decide(0)
    stall(peers)
    peers.decide(ROUND)
    expect(peers.unchoked).toHaveLength(4)
  })
})

describe('Choker, seeding to some that make nothing of their slots', () => {
  /** All that are unchoked, but for these, ask for nothing. */
  const idle = (peers: Peers, ...but: readonly number[]): void => {
    peers.peers = peers.peers.map(one => ({ ...one, idle: !one.choked && !but.includes(one.key) }))
  }

  it('gives their slots to who waits at the next round, and lets who takes keep its own', () => {
    const peers = new Peers(
      range(200).map(key => peer(key, { connectedAt: key })),
      4,
    )
    peers.decide(ROUND, true)
    const first = peers.unchoked
    idle(peers, ...first.slice(0, 1))
    for (const round of range(20)) {
      peers.decide((round + 2) * ROUND, true)
      idle(peers, ...first.slice(0, 1))
      expect(peers.unchoked.filter(key => first.includes(key))).toEqual(first.slice(0, 1))
      expect(peers.unchoked).toHaveLength(4)
    }
  })

  it('gives who was just unchoked the time to ask', () => {
    const peers = new Peers(
      range(8).map(key => peer(key)),
      4,
    )
    peers.decide(ROUND, true)
    const first = peers.unchoked
    peers.peers = peers.peers.map(one =>
      one.choked ? one : { ...one, idle: true, lastUnchokedAt: 2 * ROUND - MOST_IDLE + 1 },
    )
    peers.decide(2 * ROUND, true)
    expect(peers.unchoked).toEqual(first)
    peers.decide(3 * ROUND, true)
    expect(peers.unchoked.filter(key => first.includes(key))).toEqual([])
  })

  it.each([
    ['peers that stall', { stalled: true }],
    ['peers that take little', { uploadRate: 1 }],
    ['peers that ask for nothing', { idle: true }],
  ])('serves who is alone at its host within a turn, whoever waits with many from one, as %s', (_, rest) => {
    const many = range(199).map(key => peer(key, { host: '10.0.0.1' }))
    const peers = new Peers(many, 4)
    peers.decide(ROUND, true)
    peers.peers = [...peers.peers, peer(500, { host: '10.0.0.2', lastUnchokedAt: 1 })]
    for (let now = 2 * ROUND; now <= SEED_QUANTUM + ROUND; now += ROUND) {
      peers.peers = peers.peers.map(one => (one.choked || one.key === 500 ? one : { ...one, ...rest }))
      peers.decide(now, true)
    }
    expect(peers.unchoked).toContain(500)
  })
})
