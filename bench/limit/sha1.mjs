// sha1.mjs BYTES: how many seconds one core takes to hash so much, in pieces of 1 MiB that are in its cache.
import { createHash } from 'node:crypto'

const PIECE = 2 ** 20

const pieces = Math.ceil(Number(process.argv[2]) / PIECE)
const bytes = Buffer.alloc(PIECE, 7)
const start = performance.now()
for (let piece = 0; piece < pieces; piece++) createHash('sha1').update(bytes).digest()
console.log(`seconds ${(performance.now() - start) / 1000}`)
