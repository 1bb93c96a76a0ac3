import { describe, expect, it } from 'vitest'
import { fakeIo } from '../../../src/lib/plugin/testing.ts'
import { udpTracker } from '../src/tracker.ts'
import { answerTo, hosts, infoHash, kit, server, url } from './fixtures.ts'

const other = kit.infoHash(new Uint8Array(20))

describe('scrape', () => {
  it('asks for torrents by info-hash and reads seeds, downloads, leeches', async () => {
    const entries = [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 1, 0, 0, 0, 0, 5, 0, 0, 0, 6]
    const io = fakeIo({ hosts, udp: server(asked => answerTo(asked, 2, entries)) })
    expect(await udpTracker(kit).scrape?.(url, [infoHash, other], io)).toEqual([
      { infoHash, complete: 1, downloaded: 2, incomplete: 3 },
      { infoHash: other, complete: 256, downloaded: 5, incomplete: 6 },
    ])
    const packet = io.datagrams[1]?.data
    expect(packet?.subarray(16)).toEqual(Uint8Array.of(...infoHash, ...other))
  })

  it('asks for at most 74 at a time, over one connection', async () => {
    const io = fakeIo({
      hosts,
      udp: server(asked => answerTo(asked, 2, Array<number>(((asked.length - 16) / 20) * 12).fill(0))),
    })
    const many = Array.from({ length: 75 }, () => infoHash)
    expect(await udpTracker(kit).scrape?.(url, many, io)).toHaveLength(75)
    expect(io.datagrams.map(({ data }) => data.length)).toEqual([16, 16 + 74 * 20, 16 + 20])
  })

  it('refuses an answer that lacks an entry', async () => {
    const io = fakeIo({ hosts, udp: server(asked => answerTo(asked, 2, Array<number>(12).fill(0))) })
    await expect(udpTracker(kit).scrape?.(url, [infoHash, other], io)).rejects.toMatchObject({
      code: 'TRACKER_INVALID_ANSWER',
    })
  })
})
