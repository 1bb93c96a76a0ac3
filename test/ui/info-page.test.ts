import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { buildTorrent } from '../../src/lib/metainfo/create.ts'
import { parseMagnet } from '../../src/lib/metainfo/magnet.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { infoPage, magnetPage } from '../../src/lib/ui/info-page.ts'
import { noPaint, paintFor } from '../../src/lib/ui/paint.ts'
import { magnetOf } from '../../src/lib/ui/torrent-document.ts'

afterEach(() => vi.unstubAllEnvs())

const view = { paint: noPaint, width: 80, rows: 100 }
const made = {
  name: 'album',
  files: [
    { path: ['a.txt'], length: 5 },
    { path: ['sub', 'b.txt'], length: 19_999 },
  ],
  singleFile: false,
  pieceLength: 16_384,
  pieces: new Uint8Array(40).fill(0xab),
  tiers: [['http://a.example/announce', 'udp://b.example:80'], ['http://c.example/announce']],
}
const rich = {
  ...made,
  webSeeds: ['http://d.example/'],
  nodes: [{ host: '10.0.0.1', port: 6881 }],
  comment: 'red \u001b[31malert',
  createdBy: 'test 1',
  creationDate: 86_400,
  private: true,
  source: 'XYZ',
}

describe('the page of a torrent', () => {
  it('has everything but the hashes of the pieces', () => {
    const torrent = parseMetainfo(buildTorrent(rich))
    const hash = Buffer.from(torrent.info.infoHash).toString('hex')
    expect(infoPage(torrent, view)).toEqual([
      'album',
      '',
      '  Size        19.5 KiB (20,004 bytes) in 2 files',
      '  Pieces      2 of 16 KiB',
      `  Info hash   ${hash}`,
      '  Private     yes, peers come from its trackers only',
      '  Source      XYZ',
      '  Created     1970-01-02 00:00:00 UTC by test 1',
      '  Comment     red \ufffd[31malert',
      '  Trackers    tier 1  http://a.example/announce',
      '                      udp://b.example:80',
      '              tier 2  http://c.example/announce',
      '  Web seeds   http://d.example/',
      '  DHT nodes   10.0.0.1:6881',
      `  Magnet      ${magnetOf(torrent)}`,
      '',
      '  0        5 B  ├─ a.txt',
      '      19.5 KiB  └─ sub/',
      '  1   19.5 KiB     └─ b.txt',
    ])
  })

  it('leaves out what the torrent does not say, and the tree of a single file', () => {
    const files = [{ path: ['a.bin'], length: 20_000 }]
    const torrent = parseMetainfo(buildTorrent({ ...made, name: 'a.bin', files, singleFile: true, tiers: [] }))
    const labels = infoPage(torrent, view).map(line => line.slice(0, 11).trim())
    expect(labels).toEqual(['a.bin', '', 'Size', 'Pieces', 'Info hash', 'Magnet'])
  })

  it('does not count padding', () => {
    const hybrid = readFileSync(new URL('../fixtures/hybrid-multi.torrent', import.meta.url))
    const page = infoPage(parseMetainfo(hybrid), view)
    expect(page).toContain('  Size        153 KiB (156,389 bytes) in 5 files')
    expect(page).toContain('  Version     hybrid: BitTorrent v1 and v2')
  })

  it('of a magnet link has what that says', () => {
    const magnet = parseMagnet(
      'magnet:?xt=urn:btih:c5fb9894bdaba464811b088d806bdd611ba490af&xl=2048&so=0,2-4&tr=http://a/announce&x.pe=10.0.0.1:1',
    )
    expect(magnetPage(magnet, view)).toEqual([
      'c5fb9894bdaba464811b088d806bdd611ba490af',
      '',
      '  Size        2.00 KiB (2,048 bytes)',
      '  Info hash   c5fb9894bdaba464811b088d806bdd611ba490af',
      '  Files       only 0, 2-4',
      '  Trackers    http://a/announce',
      '  Peers       10.0.0.1:1',
    ])
  })
})

it('colours only what shows colours', () => {
  for (const name of ['NO_COLOR', 'FORCE_COLOR']) vi.stubEnv(name, '')
  vi.stubEnv('TERM', 'xterm')
  expect(paintFor({ isTTY: true }).bold('a')).toBe('\u001b[1ma\u001b[22m')
  expect(paintFor({ isTTY: false }).bold('a')).toBe('a')
})
