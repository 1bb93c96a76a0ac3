// Whatever strangers announce, the tracker keeps no more than its limits, and keeps the newest.
import { expect, test } from 'vitest'
import { dataView, fromLatin1 } from '../../src/lib/base/bytes.ts'
import { ConnectionIds } from '../../src/lib/tracker/connection-id.ts'
import { answerHttp } from '../../src/lib/tracker/http.ts'
import { answerDatagram } from '../../src/lib/tracker/udp.ts'
import { from, idOf, ipv4, makeTracker } from './support.ts'

const LIMITS = { peers: 500, swarmPeers: 50, idleSwarms: 20 }
const FLOOD = 6000
const ids = new ConnectionIds(new Uint8Array(32))

function escaped(text: string): string {
  return Array.from(text, char => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
}

function packet(hash: string, number: number, now: number): Uint8Array {
  const bytes = new Uint8Array(98)
  bytes.set(ids.issue(ipv4(number), now))
  bytes.set(fromLatin1(hash + idOf(number)), 16)
  dataView(bytes).setUint32(8, 1)
  dataView(bytes).setUint16(96, 6881)
  return bytes
}

test.each([
  ['each with a torrent of its own', (number: number) => idOf(number)],
  ['all of one torrent', () => idOf(1)],
])('a flood of announces, %s, stays within the limits', (_, hashOf) => {
  const tracker = makeTracker({ limits: LIMITS })
  for (let number = 1; number <= FLOOD; number++) {
    const [hash, address] = [hashOf(number), ipv4(number)]
    const event = number % 3 === 0 ? '&event=completed' : ''
    const query = `info_hash=${escaped(hash)}&peer_id=${escaped(idOf(number))}&port=6881&left=0${event}`
    if (number % 2 === 0) answerHttp(tracker, `/announce?${query}`, from(address, number))
    else answerDatagram(tracker, ids, packet(hash, number, number), from(address, number, 'udp'))
  }
  const { swarms, seeds, leeches, evicted, http, udp } = tracker.stats(FLOOD)
  const kept = seeds + leeches
  expect(http.announces + udp.announces).toBe(FLOOD)
  expect(kept).toBe(swarms === 1 ? LIMITS.swarmPeers : LIMITS.peers)
  expect(swarms).toBeLessThanOrEqual(kept)
  expect(evicted).toBe(FLOOD - kept)
  // The newest are there, and those before them are not.
  const counts = tracker.scrape([hashOf(FLOOD), hashOf(FLOOD - kept)], from(ipv4(1), FLOOD))
  expect(counts.map(count => count.seeds + count.leeches)).toEqual(swarms === 1 ? [kept, kept] : [1, 0])
})
