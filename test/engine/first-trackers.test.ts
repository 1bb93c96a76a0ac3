// However many trackers a torrent or a link names, those that are asked are few enough to be asked.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { MAX_TRACKERS, notAsked } from '../../src/lib/engine/first-trackers.ts'
import { fromMagnet, fromMetainfo, type TorrentSource } from '../../src/lib/engine/source.ts'
import { parseMagnet } from '../../src/lib/metainfo/magnet.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { eventOf, openEngine, temporaryFolder } from './support/content.ts'
import { singleFileInfo, torrent } from '../metainfo/samples.ts'

const urls = (count: number): string[] => Array.from({ length: count }, (_, n) => `http://t${n}/announce`)

describe('of the trackers that are asked there are', () => {
  it('1,000 of a torrent, in its tiers, and all of them in what it says', () => {
    const metainfo = parseMetainfo(
      torrent(singleFileInfo(), { 'announce-list': [urls(3), urls(MAX_TRACKERS + 5).slice(3), ['http://last/']] }),
    )
    const { tiers } = fromMetainfo(metainfo)
    expect(tiers).toEqual([urls(3), urls(MAX_TRACKERS).slice(3)])
    expect(metainfo.tiers.flat()).toHaveLength(MAX_TRACKERS + 6)
  })

  it('1,000 of a link', () => {
    const link = `magnet:?xt=urn:btih:${hex(new Uint8Array(20))}&tr=${urls(MAX_TRACKERS + 1).join('&tr=')}`
    expect(fromMagnet(parseMagnet(link)).tiers.flat()).toEqual(urls(MAX_TRACKERS))
  })
})

it('whoever runs a torrent is told of those that are not asked', async () => {
  const said = 'of 1005 trackers, the first 1000 are asked; name others that matter with --tracker'
  const named = (count: number): TorrentSource =>
    fromMetainfo(parseMetainfo(torrent(singleFileInfo(), { 'announce-list': [urls(count)] })))
  const link = `magnet:?xt=urn:btih:${hex(new Uint8Array(20))}&tr=${urls(MAX_TRACKERS + 5).join('&tr=')}`
  expect(notAsked(named(MAX_TRACKERS + 5))).toBe(said)
  expect(notAsked(fromMagnet(parseMagnet(link)))).toBe(said)
  expect(notAsked(named(MAX_TRACKERS))).toBeUndefined()
  const engine = await openEngine()
  const output = join(await temporaryFolder(), 'copy')
  const session = engine.download(named(MAX_TRACKERS + 5), { output })
  expect(await eventOf(session, 'warning')).toMatchObject({ message: said })
})
