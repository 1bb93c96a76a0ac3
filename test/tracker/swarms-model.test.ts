// The registry against the plainest thing that could be right: an array of peers searched from end to end.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ipText } from '../../src/lib/discovery/ip.ts'
import { endpointAddress } from '../../src/lib/tracker/endpoint.ts'
import { Swarms } from '../../src/lib/tracker/swarms.ts'
import { hashOf, idOf, ipv4, ipv6, seeded } from './support.ts'

const INTERVAL = 60
const EXPIRY = 150_000
const ADDRESSES = [...[1, 2, 3, 4, 5, 6, 7].map(ipv4), ...[1, 2].map(ipv6)]
const HOSTS = ADDRESSES.map(address => ipText(address))

interface Known {
  readonly name: string
  readonly hash: number
  readonly family: number
  readonly seed: boolean
  readonly port: number
  readonly seenAt: number
}

const step = fc.record({
  hash: fc.nat(1),
  peer: fc.nat(ADDRESSES.length - 1),
  port: fc.constantFrom(1000, 2000),
  seed: fc.boolean(),
  stopped: fc.boolean(),
  // Telling of everybody renews what is noted of everybody, so mostly it is not done.
  numWant: fc.constantFrom(0, 1, 1, 2, 100),
  wait: fc.constantFrom(0, 0, 1000, 50_000),
})

test('any run of announces gives the counts and the peers that a plain list gives', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 80, size: 'max' }), steps => {
      const swarms = new Swarms(INTERVAL, seeded(1))
      let known: readonly Known[] = []
      let now = 0
      const actual: unknown[] = []
      const expected: unknown[] = []
      for (const { hash, peer, port, seed, stopped, numWant, wait } of steps) {
        now += wait
        const address = ADDRESSES[peer] ?? ipv4(0)
        const me = { name: `${hash}/${peer}`, hash, family: address.length, seed, port, seenAt: now }
        known = known.filter(other => now - other.seenAt <= EXPIRY && other.name !== me.name)
        if (!stopped) known = [...known, me]
        const answer = swarms.announce(
          {
            infoHash: hashOf(hash),
            peerId: idOf(peer),
            address,
            port,
            seed,
            numWant,
            ...(stopped ? { event: 'stopped' as const } : {}),
          },
          now,
        )
        const swarm = known.filter(other => other.hash === hash)
        const others = stopped ? [] : swarm.filter(other => other !== me && other.family === me.family)
        const wanted = others.map(other => `${other.name}:${other.port}`)
        const given = answer.peers.list().map(listed => {
          const { host, port } = endpointAddress(listed.endpoint)
          return `${hash}/${HOSTS.indexOf(host)}:${port}`
        })
        const totals = swarms.totals(now)
        actual.push({
          seeds: answer.seeds,
          leeches: answer.leeches,
          given: given.length,
          strangers: given.filter((name, index) => !wanted.includes(name) || given.indexOf(name) !== index),
          peers: totals.seeds + totals.leeches,
          swarms: totals.swarms,
        })
        expected.push({
          seeds: swarm.filter(other => other.seed).length,
          leeches: swarm.filter(other => !other.seed).length,
          given: Math.min(numWant, wanted.length),
          strangers: [],
          peers: known.length,
          swarms: new Set(known.map(other => other.hash)).size,
        })
      }
      expect(actual).toEqual(expected)
    }),
    { numRuns: 80 },
  )
})
