// A thread of check.mjs: one message when it runs, then, after it was told to begin, one when no piece is left.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'

const HASH_BYTES = 20
/** Stays in the core's own cache until it is hashed. */
const buffer = Buffer.allocUnsafeSlow(2 ** 17)

const { file, length, pieceLength } = workerData
const pieces = Buffer.from(workerData.pieces)
const next = new Int32Array(workerData.next)

parentPort.postMessage('ready')
await once(parentPort, 'message')
for (;;) {
  const piece = Atomics.add(next, 0, 1)
  if (piece * pieceLength >= length) break
  const expected = pieces.subarray(piece * HASH_BYTES, (piece + 1) * HASH_BYTES)
  if (hashPiece(piece).compare(expected) !== 0) throw new Error(`piece ${piece} is wrong`)
}
parentPort.postMessage('done')

function hashPiece(piece) {
  const hash = createHash('sha1')
  const end = Math.min((piece + 1) * pieceLength, length)
  for (let at = piece * pieceLength; at < end;) {
    const read = readSync(file, buffer, 0, Math.min(buffer.length, end - at), at)
    if (read === 0) throw new Error(`the file ends at ${at}`)
    hash.update(read === buffer.length ? buffer : buffer.subarray(0, read))
    at += read
  }
  return hash.digest()
}
