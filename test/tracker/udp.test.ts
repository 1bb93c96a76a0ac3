import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataView, fromLatin1, latin1 } from '../../src/lib/base/bytes.ts'
import { ConnectionIds } from '../../src/lib/tracker/connection-id.ts'
import type { Tracker } from '../../src/lib/tracker/tracker.ts'
import { answerDatagram, MAX_ANSWER, MAX_SCRAPE } from '../../src/lib/tracker/udp.ts'
import { from, hashOf, idOf, ipv4, ipv6, makeTracker } from './support.ts'

const ids = new ConnectionIds(new Uint8Array(32).fill(5))
const TRANSACTION = 0xdead_beef

interface Announce {
  readonly id?: Uint8Array
  readonly peer?: number
  readonly left?: bigint
  readonly event?: number
  readonly numWant?: number
  readonly port?: number
}

function connectRequest(): Uint8Array {
  const bytes = new Uint8Array(16)
  dataView(bytes).setBigUint64(0, 0x417_2710_1980n)
  dataView(bytes).setUint32(12, TRANSACTION)
  return bytes
}

function announceRequest(
  address: Uint8Array,
  { id, peer = 1, left = 0n, event = 0, numWant = -1, port = 6881 }: Announce = {},
): Uint8Array {
  const bytes = new Uint8Array(98)
  const fields = dataView(bytes)
  bytes.set(id ?? ids.issue(address, 0))
  fields.setUint32(8, 1)
  fields.setUint32(12, TRANSACTION)
  bytes.set(fromLatin1(hashOf(1)), 16)
  bytes.set(fromLatin1(idOf(peer)), 36)
  fields.setBigUint64(64, left)
  fields.setUint32(80, event)
  fields.setUint32(84, 0x09090909) // An address that is not the sender's.
  fields.setInt32(92, numWant)
  fields.setUint16(96, port)
  return bytes
}

function scrapeRequest(address: Uint8Array, hashes: number): Uint8Array {
  const bytes = new Uint8Array(16 + 20 * hashes).fill(1)
  bytes.set(ids.issue(address, 0))
  dataView(bytes).setUint32(8, 2)
  dataView(bytes).setUint32(12, TRANSACTION)
  return bytes
}

function ask(tracker: Tracker, datagram: Uint8Array, address: Uint8Array, now = 0): Uint8Array | undefined {
  return answerDatagram(tracker, ids, datagram, from(address, now, 'udp'))
}

function words(bytes: Uint8Array | undefined, count: number): number[] {
  return Array.from({ length: count }, (_, i) => dataView(bytes ?? new Uint8Array()).getUint32(4 * i))
}

describe('connect', () => {
  test('gives an id that is good for an announce', () => {
    const tracker = makeTracker()
    const answer = ask(tracker, connectRequest(), ipv4(1))
    expect(answer).toHaveLength(16)
    expect(words(answer, 2)).toEqual([0, TRANSACTION])
    const id = answer?.subarray(8) ?? new Uint8Array()
    expect(ask(tracker, announceRequest(ipv4(1), { id }), ipv4(1))).toBeDefined()
  })

  test('another protocol id gets no answer', () => {
    expect(ask(makeTracker(), new Uint8Array(16), ipv4(1))).toBeUndefined()
  })
})

describe('connection ids', () => {
  test.each([
    [0, 120_999, true],
    [0, 121_000, false],
    [999, 120_999, true],
    [65_535_000, 65_600_000, true],
    [0, 65_536_000, false],
    [500_000, 499_000, false],
  ])('issued at %d ms, shown at %d ms: %s', (issued, shown, valid) => {
    expect(ids.valid(ids.issue(ipv4(1), issued), ipv4(1), shown)).toBe(valid)
  })

  test('are of one address, one secret and nothing guessed', () => {
    const id = ids.issue(ipv4(1), 0)
    expect(ids.valid(id, ipv4(2), 0)).toBe(false)
    expect(new ConnectionIds(new Uint8Array(32).fill(6)).valid(id, ipv4(1), 0)).toBe(false)
    for (let bit = 0; bit < 64; bit++) {
      const forged = Uint8Array.from(id)
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(ids.valid(forged, ipv4(1), 0)).toBe(false)
    }
  })
})

describe('announce', () => {
  test('the answer, byte for byte', () => {
    const tracker = makeTracker()
    ask(tracker, announceRequest(ipv4(1)), ipv4(1))
    const answer = ask(tracker, announceRequest(ipv4(2), { peer: 2, left: 5n, event: 2 }), ipv4(2))
    expect(words(answer, 5)).toEqual([1, TRANSACTION, 60, 1, 1])
    expect([...(answer?.subarray(20) ?? [])]).toEqual([10, 0, 0, 1, 0x1a, 0xe1])
    expect(tracker.stats(0).udp).toEqual({ announces: 2, scrapes: 0, refused: 0 })
  })

  test('IPv6 peers take 18 bytes', () => {
    const tracker = makeTracker()
    ask(tracker, announceRequest(ipv6(1)), ipv6(1))
    ask(tracker, announceRequest(ipv4(1)), ipv4(1))
    const answer = ask(tracker, announceRequest(ipv6(2), { peer: 2, left: 5n }), ipv6(2))
    expect(latin1(answer?.subarray(20) ?? new Uint8Array())).toBe(`${latin1(ipv6(1))}\x1a\xe1`)
  })

  test('events: completed is counted, stopped removes', () => {
    const tracker = makeTracker()
    ask(tracker, announceRequest(ipv4(1), { left: 5n, event: 2 }), ipv4(1))
    ask(tracker, announceRequest(ipv4(1), { event: 1 }), ipv4(1))
    expect(words(ask(tracker, scrapeRequest(ipv4(1), 1), ipv4(1)), 5)).toEqual([2, TRANSACTION, 1, 1, 0])
    ask(tracker, announceRequest(ipv4(1), { event: 3 }), ipv4(1))
    expect(words(ask(tracker, scrapeRequest(ipv4(1), 1), ipv4(1)), 5)).toEqual([2, TRANSACTION, 0, 1, 0])
  })

  test.each([
    ['IPv4', ipv4, 6, 200],
    ['IPv6', ipv6, 18, 67],
  ])('an %s answer stays within a packet, however many are wanted', (_, address, entry, expected) => {
    const tracker = makeTracker()
    for (let i = 1; i <= 300; i++) ask(tracker, announceRequest(address(i), { peer: i }), address(i))
    const wanted = (numWant: number): number =>
      ((ask(tracker, announceRequest(address(999), { left: 5n, numWant }), address(999))?.length ?? 0) - 20) / entry
    expect(wanted(2 ** 31 - 1)).toBe(expected)
    expect(20 + expected * entry).toBeLessThanOrEqual(MAX_ANSWER)
    expect(wanted(-1)).toBe(50)
    expect(wanted(0)).toBe(0)
  })

  test('an info-hash that is not on the list gets an error with the reason', () => {
    const tracker = makeTracker({ allow: new Set() })
    const request = announceRequest(ipv4(1))
    const answer = ask(tracker, request, ipv4(1)) ?? new Uint8Array()
    expect(words(answer, 2)).toEqual([3, TRANSACTION])
    expect(latin1(answer.subarray(8))).toBe('this info-hash is not on the list that the tracker serves')
    expect(answer.length).toBeLessThan(request.length)
    expect(tracker.stats(0).udp.refused).toBe(1)
  })
})

test('scrape answers as many info-hashes as BEP 15 has room for', () => {
  expect(ask(makeTracker(), scrapeRequest(ipv4(1), 2), ipv4(1))).toHaveLength(8 + 2 * 12)
  expect(ask(makeTracker(), scrapeRequest(ipv4(1), 100), ipv4(1))).toHaveLength(8 + MAX_SCRAPE * 12)
})

describe('what gets no answer', () => {
  test.each([
    ['an announce with no valid id', announceRequest(ipv4(1), { id: new Uint8Array(8) })],
    ["an announce with another address's id", announceRequest(ipv4(1), { id: ids.issue(ipv4(2), 0) })],
    ['an announce cut short', announceRequest(ipv4(1)).subarray(0, 97)],
    ['an empty datagram', new Uint8Array()],
    ['a connect cut short', connectRequest().subarray(0, 15)],
  ])('%s', (_, datagram) => {
    const tracker = makeTracker()
    expect(ask(tracker, datagram, ipv4(1))).toBeUndefined()
    expect(tracker.stats(0).swarms).toBe(0)
  })

  test('an announce whose id has expired', () => {
    expect(ask(makeTracker(), announceRequest(ipv4(1)), ipv4(1), 121_000)).toBeUndefined()
  })

  test('no datagram throws, and without a valid id no answer is longer than its request', () => {
    const tracker = makeTracker()
    const head = fc.constantFrom(connectRequest(), announceRequest(ipv4(2)), scrapeRequest(ipv4(2), 3))
    const datagram = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(head, fc.nat(120), fc.uint8Array({ maxLength: 8 })).map(([bytes, at, noise]) => {
        const noisy = Uint8Array.from(bytes)
        noisy.set(noise.subarray(0, Math.max(0, noisy.length - at)), Math.min(at, noisy.length))
        return noisy.subarray(0, Math.max(16, noisy.length - (at % 7)))
      }),
    )
    fc.assert(
      fc.property(datagram, bytes => {
        expect(ask(tracker, bytes, ipv4(1))?.length ?? 0).toBeLessThanOrEqual(bytes.length)
        ask(tracker, bytes, ipv4(2))
      }),
    )
  })
})
