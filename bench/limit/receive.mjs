// receive.mjs HOST PORT OUT TORRENT: receives the file from the sender straight into piece buffers, and has each piece
// hashed, compared and written by workers, which share the buffers' memory. No protocol: what it does, every downloader
// must do. With two workers, two cores have work all the time; with one, or all of it here, it is slower.
import { closeSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Worker } from 'node:worker_threads'
import { decode } from '../../dist/lib/bencode/decode.js'

const WORKERS = 2
/** Enough that the socket seldom waits for a worker. */
const SLOTS = 16

const [host, port, out, torrent] = process.argv.slice(2)
const info = decode(readFileSync(torrent)).get('info')
const pieceLength = info.get('piece length')
const length = info.get('length')
const pieceCount = Math.ceil(length / pieceLength)

const memory = new SharedArrayBuffer(SLOTS * pieceLength)
const slots = Array.from({ length: SLOTS }, (_, slot) => Buffer.from(memory, slot * pieceLength, pieceLength))
const file = openSync(out, 'w')
const workers = Array.from({ length: WORKERS }, startWorker)

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

function pieceBytes() {
  return Math.max(1, Math.min(pieceLength, length - piece * pieceLength))
}

/** @returns {boolean} false: stop reading until there is room again */
function received(count) {
  filled += count
  if (filled < pieceBytes()) return true
  workers[piece % WORKERS].postMessage({ slot: current, piece, length: filled }, [])
  piece += 1
  filled = 0
  current = free.pop()
  return free.length > 0
}

function startWorker() {
  const pieces = Buffer.from(info.get('pieces'))
  const worker = new Worker(new URL('store.mjs', import.meta.url), {
    workerData: { memory, pieceLength, pieces, file },
  })
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
  closeSync(file)
  process.exit(0)
}
