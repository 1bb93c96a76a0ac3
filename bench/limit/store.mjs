// A worker of receive.mjs: hashes a piece where it lies, compares the hash, writes the piece.
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const HASH_BYTES = 20

const { memory, pieceLength, pieces, file } = workerData

parentPort.on('message', ({ slot, piece, length }) => {
  const bytes = Buffer.from(memory, slot * pieceLength, length)
  const expected = pieces.subarray(piece * HASH_BYTES, (piece + 1) * HASH_BYTES)
  if (createHash('sha1').update(bytes).digest().compare(expected) !== 0) throw new Error(`piece ${piece} is wrong`)
  writeSync(file, bytes, 0, length, piece * pieceLength)
  parentPort.postMessage(slot, [])
})
