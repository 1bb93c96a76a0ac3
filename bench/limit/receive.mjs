// receive.mjs HOST PORT OUT TORRENT WORKERS: receives the file from the sender straight into piece buffers, and hashes,
// compares and writes each piece, here or in workers that share the buffers' memory. There is no protocol: what is done
// here, every downloader has to do.
import { openSync } from 'node:fs'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { readTorrent } from './metainfo.mjs'
import { storePiece } from './store.mjs'

/** Enough that the socket seldom waits for a worker. */
const SLOTS = 16

const [host, port, out, torrent, workerCount] = process.argv.slice(2)
const { pieces, length, pieceLength, pieceCount } = readTorrent(torrent)

const memory = new SharedArrayBuffer(SLOTS * pieceLength)
const slots = Array.from({ length: SLOTS }, (_, slot) => Buffer.from(memory, slot * pieceLength, pieceLength))
const storage = { memory, pieceLength, pieces, file: openSync(out, 'w') }
const workers = Array.from({ length: Number(workerCount) }, startWorker)

/** Never empty while the socket is read: the next buffer must be there when one is full. */
const free = slots.map((_, slot) => slot)
let current = free.pop()
let filled = 0
let piece = 0
let stored = 0

const socket = connect({ host, port: Number(port), noDelay: true, onread: { buffer: room, callback: received } })

/** Where the next bytes go: the rest of the piece. */
function room() {
  return slots[current].subarray(filled, pieceBytes())
}

/** Of the piece that arrives; past the last one a byte that the end of the stream is read into. */
function pieceBytes() {
  return Math.max(1, Math.min(pieceLength, length - piece * pieceLength))
}

/** @returns {boolean} false: stop reading until there is room again */
function received(count) {
  filled += count
  if (filled < pieceBytes()) return true
  store({ slot: current, piece, length: filled })
  piece += 1
  filled = 0
  current = free.pop()
  return free.length > 0
}

function store(job) {
  if (workers.length > 0) return workers[piece % workers.length].postMessage(job, [])
  storePiece(storage, job)
  return release(job.slot)
}

function startWorker() {
  const worker = new Worker(new URL('store-worker.mjs', import.meta.url), { workerData: storage })
  worker.on('message', release)
  worker.on('error', error => {
    throw error
  })
  return worker
}

function release(slot) {
  free.push(slot)
  if (free.length === 1) socket.resume()
  stored += 1
  if (stored < pieceCount) return
  console.log('complete')
  process.exit(0)
}
