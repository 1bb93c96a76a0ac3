import type { BencodeInput, ScrapeEntry } from '../../../src/lib/plugin/api.ts'
import { describe, expect, it } from 'vitest'
import { exactText } from '../src/text.ts'
import { answering, infoHash, kit, tracker, url } from './fixtures.ts'

const other = kit.infoHash(new Uint8Array(20))

async function scrape(body: BencodeInput, from = url): Promise<readonly ScrapeEntry[] | undefined> {
  return tracker.scrape?.(from, [infoHash, other], answering(body))
}

describe('scrape (BEP 48)', () => {
  it('gives the numbers of the torrents that the tracker knows', async () => {
    const file = { complete: 1, downloaded: 2, incomplete: 3, name: 'a\nb' }
    expect(await scrape({ files: new Map([[exactText(infoHash), file]]) })).toEqual([
      { infoHash, complete: 1, downloaded: 2, incomplete: 3, name: 'a b' },
    ])
  })

  it('reads how many of the incomplete ones still download (BEP 21)', async () => {
    const file = { complete: 1, downloaded: 2, incomplete: 3, downloaders: 1 }
    expect(await scrape({ files: new Map([[exactText(infoHash), file]]) })).toMatchObject([{ downloaders: 1 }])
  })

  it('asks for at most 64 torrents at a time', async () => {
    const io = answering({ files: new Map([[exactText(infoHash), { complete: 1, incomplete: 0 }]]) })
    const entries = await tracker.scrape?.(
      url,
      Array.from({ length: 65 }, () => infoHash),
      io,
    )
    expect(entries).toHaveLength(65)
    expect(io.requests.map(({ search }) => search.split('info_hash=').length - 1)).toEqual([64, 1])
  })

  it('does without the number of downloads', async () => {
    expect(await scrape({ files: new Map([[exactText(other), { complete: 0, incomplete: 0 }]]) })).toEqual([
      { infoHash: other, complete: 0, downloaded: 0, incomplete: 0 },
    ])
  })

  it('goes to the scrape address', async () => {
    const io = answering({ files: {} })
    await tracker.scrape?.(url, [infoHash], io)
    expect(io.requests[0]?.pathname).toBe('/scrape')
  })

  it('needs an address with "announce" in its last part', async () => {
    await expect(scrape({ files: {} }, new URL('http://tracker.example/x'))).rejects.toMatchObject({
      code: 'TRACKER_REFUSED',
    })
  })

  it.each<BencodeInput>([
    {},
    { files: [] },
    { files: new Map([[exactText(infoHash), 1]]) },
    { files: new Map([[exactText(infoHash), { complete: 'x', incomplete: 1 }]]) },
  ])('refuses what makes no sense: %j', async body => {
    await expect(scrape(body)).rejects.toMatchObject({ code: 'TRACKER_INVALID_ANSWER' })
  })

  it('passes a refusal on', async () => {
    await expect(scrape({ 'failure reason': 'no scrapes' })).rejects.toMatchObject({
      code: 'TRACKER_REFUSED',
      message: expect.stringContaining('no scrapes') as unknown,
    })
  })
})
