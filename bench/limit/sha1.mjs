// sha1.mjs BYTES: how many megabytes (10⁶) a second one core hashes, in pieces of 1 MiB that are in its cache.
import { createHash } from 'node:crypto'

const PIECE = 2 ** 20

const pieces = Math.ceil(Number(process.argv[2]) / PIECE)
const bytes = Buffer.alloc(PIECE, 7)
const start = performance.now()
for (let piece = 0; piece < pieces; piece++) createHash('sha1').update(bytes).digest()
console.log(`sha1 ${(pieces * PIECE) / 1e3 / (performance.now() - start)}`)
