// check.mjs FILE TORRENT THREADS: how many seconds so many threads take to read the file and to hash its pieces, from when all
// of them run.
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { readTorrent } from './metainfo.mjs'

const [path, torrentPath, threads] = process.argv.slice(2)
const { pieces, length, pieceLength } = readTorrent(torrentPath)
/** The piece that nobody has begun, whoever is free takes it. */
const next = new SharedArrayBuffer(4)
const workerData = { file: openSync(path, 'r'), pieces, length, pieceLength, next }

const url = new URL('check-worker.mjs', import.meta.url)
const workers = Array.from({ length: Number(threads) }, () => new Worker(url, { workerData }))
await Promise.all(workers.map(worker => once(worker, 'message')))
const start = performance.now()
const checked = workers.map(worker => once(worker, 'message'))
for (const worker of workers) worker.postMessage('go')
await Promise.all(checked)
console.log(`seconds ${(performance.now() - start) / 1000}`)
