import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { endpointAddress } from '../../src/lib/tracker/endpoint.ts'
import { encodeState, restoreState } from '../../src/lib/tracker/state.ts'
import { Swarms, type SwarmLimits } from '../../src/lib/tracker/swarms.ts'
import { hashOf, idOf, ipv4, ipv6, seeded } from './support.ts'

/** 1.5 × 60 s + 60 s. */
const EXPIRY = 150_000
const SAVED = 1_800_000_000_000

function make(limits: SwarmLimits = {}): Swarms {
  return new Swarms(60, seeded(1), limits)
}

function filled(): Swarms {
  const swarms = make()
  const announce = { infoHash: hashOf(1), port: 6881 }
  swarms.announce({ ...announce, peerId: idOf(1), address: ipv4(1), seed: false }, 0)
  swarms.announce({ ...announce, peerId: idOf(2), address: ipv6(2), seed: true }, 50_000)
  swarms.announce({ ...announce, peerId: idOf(1), address: ipv4(1), seed: true, event: 'completed' }, 60_000)
  const gone = { infoHash: hashOf(2), port: 1, peerId: idOf(3), address: ipv4(3), seed: true }
  swarms.announce({ ...gone, seed: false }, 60_000)
  swarms.announce({ ...gone, event: 'completed' }, 60_000)
  swarms.announce({ ...gone, event: 'stopped' }, 60_000)
  return swarms
}

function seen(swarms: Swarms, now: number): unknown[] {
  return [...swarms.peers(now)].map(peer => ({ ...peer, ...endpointAddress(peer.endpoint), age: now - peer.seenAt }))
}

describe('the state of a tracker', () => {
  test('is restored: the peers, in their order and with their ages, and the counts', () => {
    const before = filled()
    const state = encodeState(before, 100_000, SAVED)
    const after = make()
    expect(restoreState(after, state, 500, SAVED)).toBe('restored')
    const unaged = (list: unknown[]): unknown[] => list.map(peer => ({ ...(peer as object), seenAt: 0 }))
    expect(unaged(seen(after, 500))).toEqual(unaged(seen(before, 100_000)))
    for (const byte of [1, 2]) expect(after.scrape(hashOf(byte), 500)).toEqual(before.scrape(hashOf(byte), 100_000))
    expect(after.totals(500)).toEqual({ swarms: 1, seeds: 2, leeches: 0, evicted: 0 })
  })

  test('tells leeches from seeds, in both families', () => {
    const before = make()
    for (const [n, address] of [ipv4(1), ipv6(2), ipv6(3)].entries()) {
      before.announce({ infoHash: hashOf(1), port: 6881 + n, peerId: idOf(n), address, seed: n === 2 }, 0)
    }
    const after = make()
    restoreState(after, encodeState(before, 0, SAVED), 0, SAVED)
    const of = (swarms: Swarms): unknown[] =>
      seen(swarms, 0).map(peer => [Reflect.get(peer as object, 'port'), Reflect.get(peer as object, 'seed')])
    expect(of(after)).toEqual([[6881, false], [6882, false], [6883, true]]) // prettier-ignore
    expect(after.totals(0)).toMatchObject({ seeds: 1, leeches: 2 })
  })

  test('lets go of who was silent too long while the tracker was away', () => {
    const state = encodeState(filled(), 60_000, SAVED)
    const after = make()
    restoreState(after, state, 0, SAVED + EXPIRY - 5000)
    expect(seen(after, 0)).toMatchObject([{ host: '10.0.0.1' }])
    const late = make()
    restoreState(late, state, 0, SAVED + EXPIRY + 1000)
    expect(late.totals(0).seeds).toBe(0)
    expect(late.scrape(hashOf(1), 0).downloaded).toBe(1)
  })

  test('makes nobody younger where the clock was set back', () => {
    const after = make()
    restoreState(after, encodeState(filled(), 60_000, SAVED), 0, SAVED - 3_600_000)
    expect(seen(after, 0)).toMatchObject([{ age: 10_000 }, { age: 0 }])
  })

  test('is cut to the limits, the newest staying', () => {
    const after = make({ peers: 1 })
    restoreState(after, encodeState(filled(), 60_000, SAVED), 0, SAVED)
    expect(seen(after, 0)).toMatchObject([{ host: '10.0.0.1' }])
  })

  test('is refused where it is something else, and never throws', () => {
    const fault = { fault: 'it is not the state of a tracker' }
    for (const other of ['d6:format1:xe', 'i1e', '']) {
      expect(restoreState(make(), new TextEncoder().encode(other), 0, 0)).toEqual(fault)
    }
    const state = encodeState(filled(), 60_000, SAVED)
    fc.assert(
      fc.property(fc.nat(state.length - 1), fc.nat(255), (at, byte) => {
        const broken = state.slice()
        broken[at] = byte
        restoreState(make(), broken, 0, SAVED)
        restoreState(make(), state.subarray(0, at), 0, SAVED)
      }),
    )
  })
})
