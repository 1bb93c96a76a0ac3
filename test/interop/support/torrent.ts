/** A torrent of a content, made by mktorrent, once for each way to reach its tracker: one info-hash, two files. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { write, type Content } from './content.ts'
import type { Namespace } from './namespace.ts'

export const SCHEMES = ['http', 'udp'] as const
export type Scheme = (typeof SCHEMES)[number]
export type AnnounceUrls = Readonly<Record<Scheme, string>>

/** log2 of the piece length: 256 KiB. */
const PIECE_LENGTH_LOG = 18
export const PIECE_LENGTH: number = 2 ** PIECE_LENGTH_LOG

export interface Torrent {
  readonly content: Content
  /** The content itself: the file, or the multi-file torrent's own folder. */
  readonly root: string
  /** The folder that holds it. */
  readonly folder: string
  /** In bytes. */
  readonly length: number
  /** 40 lower-case hex digits. */
  readonly infoHash: string
  /** Where the .torrent is whose tracker is reached that way. */
  file(scheme: Scheme): string
  /** The link with nothing but the info-hash and that tracker. */
  magnet(scheme: Scheme): string
}

/** Writes `content` into `folder` and makes its .torrent files there. `source` makes the info-hash another one. */
export async function makeTorrent(
  ns: Namespace,
  folder: string,
  content: Content,
  announce: AnnounceUrls,
  source = 'interop',
): Promise<Torrent> {
  const root = await write(content, folder)
  const file = (scheme: Scheme): string => join(folder, `${content.kind}.${source}.${scheme}.torrent`)
  for (const scheme of SCHEMES) {
    const args = [
      '-l',
      String(PIECE_LENGTH_LOG),
      '-t',
      '1',
      '-s',
      source,
      '-a',
      announce[scheme],
      '-o',
      file(scheme),
      root,
    ]
    await ns.spawn('mktorrent', args).success()
  }
  const infoHash = infoHashOf(await readFile(file('http')))
  const length = content.files.reduce((sum, { size }) => sum + size, 0)
  const magnet = (scheme: Scheme): string =>
    `magnet:?xt=urn:btih:${infoHash}&tr=${encodeURIComponent(announce[scheme])}`
  return { content, root, folder, length, infoHash, file, magnet }
}

/**
 * The info-hash of a .torrent that mktorrent made, independently of the code under test: without web seeds the info
 * dictionary is the last value of the outer dictionary.
 */
export function infoHashOf(torrent: Buffer): string {
  const key = '4:info'
  const info = torrent.subarray(torrent.indexOf(key) + key.length, -1)
  return createHash('sha1').update(info).digest('hex')
}
