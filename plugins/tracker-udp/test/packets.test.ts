import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConnectionIds } from '../../../src/lib/tracker/connection-id.ts'
import { Tracker } from '../../../src/lib/tracker/tracker.ts'
import { answerDatagram } from '../../../src/lib/tracker/udp.ts'
import { announceRequest, connectRequest, readAnnounce, readAnswer, readConnect, readScrape, scrapeRequest } from '../src/packets.ts' // prettier-ignore
import { infoHash, kit, request } from './fixtures.ts'

const ids = new ConnectionIds(new Uint8Array(32).fill(5))
const HOSTS = [[10, 0, 0, 1], [10, 0, 0, 2], [10, 0, 0, 3]] as const // prettier-ignore

describe('packets', () => {
  it('say to our own tracker, and it to us, what was meant', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 3 }), (id, ports) => {
        const tracker = new Tracker({ interval: 900, random: () => 0.5, startedAt: 0 })
        const ask = (datagram: Uint8Array, host: readonly number[]): Uint8Array => {
          const origin = { transport: 'udp', address: Uint8Array.from(host), port: 1, now: 0 } as const
          const answer = answerDatagram(tracker, ids, datagram, origin) ?? new Uint8Array()
          expect(readAnswer(answer)?.transaction).toBe(id)
          return answer
        }
        const connect = (host: readonly number[]): Uint8Array =>
          readConnect(ask(connectRequest(id), host)) ?? new Uint8Array(8)
        for (const [index, port] of ports.entries()) {
          const peerId = kit.infoHash(new Uint8Array(20).fill(index)) as unknown as typeof request.peerId
          const host = HOSTS[index] ?? HOSTS[0]
          const packet = announceRequest(connect(host), id, { ...request, peerId, port }, new Uint8Array(), new Uint8Array(4)) // prettier-ignore
          const heard = readAnnounce(ask(packet, host), 4, kit)
          expect(heard).toMatchObject({ interval: 900, incomplete: index + 1, complete: 0 })
          const earlier = ports.slice(0, index).map((port, n) => ({ host: (HOSTS[n] ?? HOSTS[0]).join('.'), port }))
          expect(new Set(heard?.peers.map(peer => kit.formatAddress(peer)))).toEqual(
            new Set(earlier.map(peer => kit.formatAddress(peer))),
          )
        }
        const scraped = readScrape(ask(scrapeRequest(connect(HOSTS[0]), id, [infoHash]), HOSTS[0]), [infoHash])
        expect(scraped).toEqual([{ infoHash, complete: 0, downloaded: 0, incomplete: ports.length }])
      }),
    )
  })

  it('of any bytes are read without a throw, and give peers with a port', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(4 as const, 6 as const), (data, family) => {
        expect(readAnswer(data) === undefined).toBe(data.length < 8)
        expect(readConnect(data) === undefined).toBe(data.length < 16)
        expect(readScrape(data, [infoHash]) === undefined).toBe(data.length < 20)
        const answer = readAnnounce(data, family, kit)
        expect(answer === undefined).toBe(data.length < 20)
        for (const { port } of answer?.peers ?? []) expect(port).toBeGreaterThan(0)
      }),
    )
  })
})
