// Content with a torrent of it, the same bytes for the same name every time.
import { createHash } from 'node:crypto'
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { hex } from '../../../src/lib/base/bytes.ts'
import { buildTorrent } from '../../../src/lib/metainfo/create.ts'
import { parseMetainfo, type Info } from '../../../src/lib/metainfo/metainfo.ts'
import { tempFolder } from './run-bt.ts'

/** One block a piece, so that a peer that answers n requests has given n pieces. */
export const PIECE = 16_384

export interface ContentParts {
  readonly name: string
  /** Path with slashes → bytes, of a folder; or the bytes of one file. */
  readonly files: Readonly<Record<string, number>> | number
  readonly trackers?: readonly string[]
  readonly pieceLength?: number
}

export interface TestContent {
  readonly info: Info
  /** The path of the .torrent file; the content is not beside it. */
  readonly torrent: string
  readonly magnet: string
  /** All files, one after the other. */
  readonly bytes: Buffer
  /** Path inside the folder, or the name of a single file → bytes. */
  readonly files: ReadonlyMap<string, Buffer>
  /** @returns the file, or the content's own folder, made in `folder`. */
  writeInto(folder: string): string
}

/** A file of 2^38 bytes with none on the disk, in `output`, and a torrent of it: looking at it takes a while. */
export function emptyContent(): { readonly torrent: string; readonly output: string } {
  const [output, length, pieceLength] = [tempFolder(), 2 ** 38, 2 ** 27]
  const pieces = new Uint8Array((20 * length) / pieceLength)
  const raw = buildTorrent({ name: 'a', files: [{ path: ['a'], length }], singleFile: true, pieceLength, pieces })
  const torrent = join(tempFolder(), 'a.torrent')
  writeFileSync(torrent, raw)
  writeFileSync(join(output, 'a'), '')
  truncateSync(join(output, 'a'), length)
  return { torrent, output: `${output}/` }
}

export function makeContent(parts: ContentParts): TestContent {
  const { name, trackers = [], pieceLength = PIECE } = parts
  const singleFile = typeof parts.files === 'number'
  const sizes = typeof parts.files === 'number' ? { [name]: parts.files } : parts.files
  const files = new Map(Object.entries(sizes).map(([path, length]) => [path, noise(`${name}/${path}`, length)]))
  const bytes = Buffer.concat([...files.values()])
  const raw = buildTorrent({
    name,
    files: [...files].map(([path, { length }]) => ({ path: path.split('/'), length })),
    singleFile,
    pieceLength,
    pieces: pieceHashes(bytes, pieceLength),
    tiers: trackers.map(url => [url]),
  })
  const torrent = join(tempFolder(), `${name}.torrent`)
  writeFileSync(torrent, raw)
  const { info } = parseMetainfo(raw)
  const tr = trackers.map(url => `&tr=${encodeURIComponent(url)}`).join('')
  const magnet = `magnet:?xt=urn:btih:${hex(info.infoHash)}&dn=${encodeURIComponent(name)}${tr}`
  const writeInto = (folder: string): string => {
    for (const [path, data] of files) {
      const file = join(folder, singleFile ? '' : name, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, data)
    }
    return join(folder, name)
  }
  return { info, torrent, magnet, bytes, files, writeInto }
}

/** The bytes of one piece. */
export function pieceOf(content: TestContent, index: number): Buffer {
  const { pieceLength } = content.info
  return content.bytes.subarray(index * pieceLength, (index + 1) * pieceLength)
}

export function noise(seed: string, length: number): Buffer {
  if (length === 0) return Buffer.alloc(0)
  return createHash('shake256', { outputLength: length }).update(seed).digest()
}

export function pieceHashes(bytes: Buffer, pieceLength: number): Buffer {
  const count = Math.ceil(bytes.length / pieceLength)
  return Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      createHash('sha1')
        .update(bytes.subarray(i * pieceLength, (i + 1) * pieceLength))
        .digest(),
    ),
  )
}
