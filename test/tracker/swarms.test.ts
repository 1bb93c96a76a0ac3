import { describe, expect, test } from 'vitest'
import { endpointAddress } from '../../src/lib/tracker/endpoint.ts'
import { DEFAULT_NUMWANT, MAX_NUMWANT, Swarms, type SwarmLimits } from '../../src/lib/tracker/swarms.ts'
import type { SwarmAnnounce, SwarmAnswer } from '../../src/lib/tracker/swarm-announce.ts'
import { hashOf, idOf, ipv4, ipv6, seeded } from './support.ts'

const HASH = hashOf(1)
const INTERVAL = 60
/** 1.5 × 60 s + 60 s. */
const EXPIRY = 150_000

function make(limits: SwarmLimits = {}): Swarms {
  return new Swarms(INTERVAL, seeded(7), limits)
}

function peer(number: number, more: Partial<SwarmAnnounce> = {}): SwarmAnnounce {
  return { infoHash: HASH, peerId: idOf(number), address: ipv4(number), port: 6881, seed: false, ...more }
}

function hosts(answer: SwarmAnswer): string[] {
  return answer.peers
    .list()
    .map(listed => endpointAddress(listed.endpoint).host)
    .sort()
}

/** The peers as their hosts: what is private to them no comparison sees. */
function all(answer: SwarmAnswer): object {
  const { seeds, leeches, downloaded } = answer
  return { seeds, leeches, downloaded, told: hosts(answer) }
}

describe('who is told of whom', () => {
  test('the first peer hears of nobody, the second of the first, neither of itself', () => {
    const swarms = make()
    expect(all(swarms.announce(peer(1), 0))).toEqual({ seeds: 0, leeches: 1, downloaded: 0, told: [] })
    const second = swarms.announce(peer(2), 1)
    expect(second).toMatchObject({ seeds: 0, leeches: 2 })
    expect(hosts(second)).toEqual(['10.0.0.1'])
    expect(hosts(swarms.announce(peer(1), 2))).toEqual(['10.0.0.2'])
  })

  test('an entry under another peer id at the own endpoint is not told: it is the asker before a restart', () => {
    const swarms = make()
    swarms.announce(peer(1), 0)
    expect(hosts(swarms.announce(peer(9, { address: ipv4(1) }), 1))).toEqual([])
    expect(hosts(swarms.announce(peer(9, { address: ipv4(1), port: 7000 }), 2))).toEqual(['10.0.0.1'])
  })

  test('everyone is told of seeds and leeches: from a magnet link aria2 says left=0 and needs the seeds', () => {
    const swarms = make()
    swarms.announce(peer(1, { seed: true }), 0)
    swarms.announce(peer(2, { seed: true }), 0)
    swarms.announce(peer(3), 0)
    expect(hosts(swarms.announce(peer(1, { seed: true }), 1))).toEqual(['10.0.0.2', '10.0.0.3'])
    expect(hosts(swarms.announce(peer(3), 1))).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  test('IPv4 and IPv6 peers are told of their own kind, and counted together', () => {
    const swarms = make()
    swarms.announce(peer(1), 0)
    swarms.announce(peer(2, { address: ipv6(2) }), 0)
    expect(hosts(swarms.announce(peer(3), 0))).toEqual(['10.0.0.1'])
    const answer = swarms.announce(peer(4, { address: ipv6(4) }), 0)
    expect(hosts(answer)).toEqual(['2001:db8::2'])
    expect(answer.leeches).toBe(4)
  })

  test('swarms are apart', () => {
    const swarms = make()
    swarms.announce(peer(1), 0)
    expect(all(swarms.announce(peer(2, { infoHash: hashOf(2) }), 0))).toMatchObject({ leeches: 1, told: [] })
  })

  test('a peer that listens nowhere is told of others and not listed', () => {
    const swarms = make()
    swarms.announce(peer(1), 0)
    expect(hosts(swarms.announce(peer(2, { port: 0 }), 0))).toEqual(['10.0.0.1'])
    expect(swarms.scrape(HASH, 0).leeches).toBe(1)
  })

  test('a changed port is the one told from then on', () => {
    const swarms = make()
    swarms.announce(peer(1), 0)
    swarms.announce(peer(1, { port: 7000 }), 1)
    const [listed] = swarms.announce(peer(2), 2).peers.list()
    expect(listed && endpointAddress(listed.endpoint)).toEqual({ host: '10.0.0.1', port: 7000 })
  })
})

describe('how many are told', () => {
  const swarms = make()
  for (let i = 0; i < 150; i++) swarms.announce(peer(i, { seed: true }), 0)
  for (let i = 150; i < 300; i++) swarms.announce(peer(i), 0)

  test.each([
    [undefined, DEFAULT_NUMWANT],
    [-1, DEFAULT_NUMWANT],
    [0, 0],
    [1, 1],
    [7, 7],
    [10_000, MAX_NUMWANT],
  ])('numWant %s gives %d, all different', (numWant, expected) => {
    const asker = peer(200, numWant === undefined ? {} : { numWant })
    for (let i = 0; i < 50; i++) {
      const told = hosts(swarms.announce(asker, 0))
      expect(told).toHaveLength(expected)
      expect(new Set(told).size).toBe(expected)
      expect(told).not.toContain('10.0.0.200')
    }
  })

  test('a swarm smaller than numWant is told whole', () => {
    const small = make()
    for (let i = 0; i < 10; i++) small.announce(peer(i, { seed: i % 2 === 0 }), 0)
    for (let i = 0; i < 20; i++) expect(hosts(small.announce(peer(11), 0))).toHaveLength(10)
  })

  test('every peer has the same chance, seed or leech', () => {
    const fair = make()
    for (let i = 0; i < 20; i++) fair.announce(peer(i, { seed: i < 5 }), 0)
    const times = new Map<string, number>()
    const rounds = 4000
    for (let i = 0; i < rounds; i++) {
      for (const host of hosts(fair.announce(peer(99, { port: 0, numWant: 5 }), 0))) {
        times.set(host, (times.get(host) ?? 0) + 1)
      }
    }
    expect(times.size).toBe(20)
    // 5 of 20 a round: 1,000 expected, standard deviation 27.
    for (const count of times.values()) expect(Math.abs(count - rounds / 4)).toBeLessThan(6 * 27)
  })
})

describe('what is counted', () => {
  test('a leech that completes becomes a seed and is counted once', () => {
    const swarms = make()
    swarms.announce(peer(1, { event: 'started' }), 0)
    const done = peer(1, { seed: true, event: 'completed' })
    expect(swarms.announce(done, 1)).toMatchObject({ seeds: 1, leeches: 0, downloaded: 1 })
    expect(swarms.announce(done, 2)).toMatchObject({ seeds: 1, leeches: 0, downloaded: 1 })
    expect(swarms.announce(peer(2, { seed: true, event: 'completed' }), 3)).toMatchObject({ seeds: 2, downloaded: 2 })
  })

  test('`completed` from one that was a seed from the start is no download', () => {
    const swarms = make()
    swarms.announce(peer(1, { seed: true, event: 'started' }), 0)
    expect(swarms.announce(peer(1, { seed: true, event: 'completed' }), 1).downloaded).toBe(0)
  })

  test('a seed that lost data is a leech again', () => {
    const swarms = make()
    swarms.announce(peer(1, { seed: true }), 0)
    expect(swarms.announce(peer(1), 1)).toMatchObject({ seeds: 0, leeches: 1 })
    expect(swarms.totals(1)).toEqual({ swarms: 1, seeds: 0, leeches: 1, evicted: 0 })
  })

  test('stopped removes, tells of nobody, and is no harm from a stranger', () => {
    const swarms = make()
    swarms.announce(peer(1), 0)
    swarms.announce(peer(2), 0)
    const stranger = peer(1, { event: 'stopped', address: ipv4(77) })
    expect(all(swarms.announce(stranger, 1))).toEqual({ seeds: 0, leeches: 2, downloaded: 0, told: [] })
    const answer = swarms.announce(peer(1, { event: 'stopped' }), 1)
    expect(all(answer)).toEqual({ seeds: 0, leeches: 1, downloaded: 0, told: [] })
    expect(swarms.announce(peer(9, { infoHash: hashOf(2), event: 'stopped' }), 1).leeches).toBe(0)
    expect(swarms.totals(1)).toEqual({ swarms: 1, seeds: 0, leeches: 1, evicted: 0 })
  })

  test('scrape of an unknown swarm is zeros', () => {
    expect(make().scrape(HASH, 0)).toEqual({ seeds: 0, leeches: 0, downloaded: 0 })
  })
})

describe('what is forgotten', () => {
  test('a peer silent for 1.5 intervals and the slack goes, one that announces stays', () => {
    const swarms = make()
    swarms.announce(peer(1, { seed: true }), 0)
    swarms.announce(peer(2), 0)
    swarms.announce(peer(2), 60_000)
    expect(swarms.totals(EXPIRY)).toEqual({ swarms: 1, seeds: 1, leeches: 1, evicted: 0 })
    expect(swarms.totals(EXPIRY + 1)).toEqual({ swarms: 1, seeds: 0, leeches: 1, evicted: 0 })
    expect(hosts(swarms.announce(peer(3), EXPIRY + 1))).toEqual(['10.0.0.2'])
    expect(swarms.scrape(HASH, 2 * EXPIRY + 2)).toEqual({ seeds: 0, leeches: 0, downloaded: 0 })
    expect(swarms.totals(2 * EXPIRY + 2)).toEqual({ swarms: 0, seeds: 0, leeches: 0, evicted: 0 })
  })

  test('a full swarm drops the peer silent longest', () => {
    const swarms = make({ swarmPeers: 3 })
    for (const number of [1, 2, 3]) swarms.announce(peer(number), number)
    swarms.announce(peer(1), 4)
    expect(swarms.announce(peer(4), 5).leeches).toBe(3)
    expect(hosts(swarms.announce(peer(4), 5))).toEqual(['10.0.0.1', '10.0.0.3'])
  })

  test('a full tracker drops the peer silent longest, whatever its swarm', () => {
    const swarms = make({ peers: 3 })
    for (const number of [1, 2, 3]) swarms.announce(peer(number, { infoHash: hashOf(number) }), number)
    swarms.announce(peer(4, { infoHash: hashOf(4) }), 4)
    expect(swarms.totals(4)).toEqual({ swarms: 3, seeds: 0, leeches: 3, evicted: 1 })
    expect(swarms.scrape(hashOf(1), 4).leeches).toBe(0)
    expect(swarms.scrape(hashOf(2), 4).leeches).toBe(1)
  })

  test('a flood of peers and swarms stays within the limits', () => {
    const swarms = make({ peers: 100, swarmPeers: 10, idleSwarms: 5 })
    const random = seeded(3)
    for (let i = 0; i < 5000; i++) {
      const event = random() < 0.3 ? ('completed' as const) : ('started' as const)
      const infoHash = hashOf(Math.floor(random() * 256))
      const { leeches, seeds } = swarms.announce(peer(i, { infoHash, event, seed: random() < 0.5 }), i)
      expect(leeches + seeds).toBeLessThanOrEqual(10)
    }
    const totals = swarms.totals(5000)
    expect(totals.seeds + totals.leeches).toBe(100)
    const counts = Array.from({ length: 256 }, (_, i) => swarms.scrape(hashOf(i), 5000))
    expect(counts.reduce((sum, { seeds }) => sum + seeds, 0)).toBe(totals.seeds)
    expect(counts.filter(({ seeds, leeches }) => seeds + leeches > 0)).toHaveLength(totals.swarms)
  })

  test('a list of all swarms ends at its limit, and has none without peers', () => {
    const swarms = make()
    for (const byte of [1, 2, 3]) swarms.announce(peer(1, { infoHash: hashOf(byte), event: 'completed' }), 0)
    swarms.announce(peer(1, { infoHash: hashOf(1), event: 'stopped' }), 0)
    expect([...swarms.list(9, 0).keys()]).toEqual([2, 3].map(hashOf))
    expect(swarms.list(1, 0).size).toBe(1)
    expect(swarms.list(9, EXPIRY + 1).size).toBe(0)
  })

  test('an empty swarm keeps its count of downloads until too many do', () => {
    const swarms = make({ idleSwarms: 2 })
    for (const byte of [1, 2, 3]) {
      const member = { infoHash: hashOf(byte), seed: true }
      swarms.announce(peer(1, { ...member, event: 'completed' }), byte)
      swarms.announce(peer(1, { ...member, event: 'stopped' }), byte)
    }
    expect([1, 2, 3].map(byte => swarms.scrape(hashOf(byte), 4).downloaded)).toEqual([0, 1, 1])
    expect(swarms.totals(4).swarms).toBe(0)
    expect(swarms.announce(peer(5, { infoHash: hashOf(2) }), 5)).toMatchObject({ leeches: 1, downloaded: 1 })
    expect(swarms.totals(5).swarms).toBe(1)
  })
})
