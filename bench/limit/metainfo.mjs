// What the limit needs of a torrent of one file.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { decode } from '../../dist/lib/bencode/decode.js'
import { encode } from '../../dist/lib/bencode/encode.js'

/** What everyone asks for. */
export const BLOCK = 2 ** 14

export function readTorrent(path) {
  const info = decode(readFileSync(path)).get('info')
  const pieceLength = info.get('piece length')
  const length = info.get('length')
  const pieceBytes = piece => Math.min(pieceLength, length - piece * pieceLength)
  return {
    infoHash: createHash('sha1').update(encode(info)).digest(),
    pieces: Buffer.from(info.get('pieces')),
    length,
    pieceLength,
    pieceCount: Math.ceil(length / pieceLength),
    pieceBytes,
    blockBytes: (piece, offset) => Math.min(BLOCK, pieceBytes(piece) - offset),
  }
}
