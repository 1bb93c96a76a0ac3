// The content that a simulated swarm exchanges.
import { createHash } from 'node:crypto'
import { buildTorrent } from '../../../src/lib/metainfo/create.ts'
import { parseMetainfo, type Info } from '../../../src/lib/metainfo/metainfo.ts'

export interface Content {
  readonly info: Info
  readonly bytes: Uint8Array
  /** A view. */
  piece(index: number): Uint8Array
}

export interface ContentOptions {
  /** The last piece is cut short by some odd number of bytes. */
  readonly pieces: number
  readonly pieceLength: number
  readonly random: () => number
  readonly private?: boolean
}

export function makeContent({ pieces, pieceLength, random, ...rest }: ContentOptions): Content {
  const bytes = Uint8Array.from(
    { length: pieces * pieceLength - Math.min(1234, pieceLength >> 1) },
    () => random() * 256,
  )
  const piece = (index: number): Uint8Array => bytes.subarray(index * pieceLength, (index + 1) * pieceLength)
  const hashes = Array.from({ length: pieces }, (_, index) => createHash('sha1').update(piece(index)).digest())
  const torrent = buildTorrent({
    name: 'simulated',
    files: [{ path: ['simulated'], length: bytes.length }],
    singleFile: true,
    pieceLength,
    pieces: new Uint8Array(Buffer.concat(hashes)),
    ...rest,
  })
  return { info: parseMetainfo(torrent).info, bytes, piece }
}
