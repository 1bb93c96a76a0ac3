// Torrents for tests of the command line.
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hex } from '../../../src/lib/base/bytes.ts'
import { buildTorrent } from '../../../src/lib/metainfo/create.ts'
import { parseMetainfo, type Info } from '../../../src/lib/metainfo/metainfo.ts'
import { tempFolder } from './run-bt.ts'

/** The torrent of the well-known course on BitTorrent, rebuilt from what it publishes: the info-hash proves it the same. */
export const SAMPLE = {
  infoHash: 'd69f91e6b2ae4c542468d1073a71d4ea13879a7f',
  tracker: 'http://bittorrent-test-tracker.codecrafters.io/announce',
  pieces: [
    'e876f67a2a8886e8f36b136726c30fa29703022d',
    '6e2275e604a0766656736e81ff10b55204ad8d35',
    'f00d937a0213df1982bc8d097227ad9e909acc17',
  ],
} as const

export function sampleTorrent(): Uint8Array {
  return buildTorrent({
    name: 'sample.txt',
    files: [{ path: ['sample.txt'], length: 92_063 }],
    singleFile: true,
    pieceLength: 32_768,
    pieces: Buffer.from(SAMPLE.pieces.join(''), 'hex'),
    tiers: [[SAMPLE.tracker]],
    createdBy: 'mktorrent 1.1',
  })
}

export interface TestTorrent {
  /** The path of a .torrent file. */
  readonly file: string
  readonly info: Info
  /** Hexadecimal. */
  readonly hash: string
  readonly magnet: string
}

/** A single-file torrent, different for every name; nobody has the content. */
export function testTorrent(tiers: readonly (readonly string[])[], name = 'a.bin'): TestTorrent {
  const bytes = buildTorrent({
    name,
    files: [{ path: [name], length: 40_000 }],
    singleFile: true,
    pieceLength: 16_384,
    pieces: Buffer.concat(['0', '1', '2'].map(piece => createHash('sha1').update(piece).digest())),
    tiers,
  })
  const { info } = parseMetainfo(bytes)
  const file = join(tempFolder(), `${name}.torrent`)
  writeFileSync(file, bytes)
  const hash = hex(info.infoHash)
  const trackers = tiers.flat().map(url => `&tr=${encodeURIComponent(url)}`)
  return { file, info, hash, magnet: `magnet:?xt=urn:btih:${hash}&dn=${name}${trackers.join('')}` }
}
