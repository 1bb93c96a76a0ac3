// What is done with a piece that is complete.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'

const HASH_BYTES = 20

/** Hashes a piece where it lies in the shared memory, compares the hash, writes the piece. */
export function storePiece({ memory, pieceLength, pieces, file }, { slot, piece, length }) {
  const bytes = Buffer.from(memory, slot * pieceLength, length)
  const expected = pieces.subarray(piece * HASH_BYTES, (piece + 1) * HASH_BYTES)
  if (createHash('sha1').update(bytes).digest().compare(expected) !== 0) throw new Error(`piece ${piece} is wrong`)
  writeSync(file, bytes, 0, length, piece * pieceLength)
}
