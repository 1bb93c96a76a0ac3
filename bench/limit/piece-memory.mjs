// Pieces that are under way: each has a slot of the shared memory from when it is taken until it is stored. With a worker it
// is stored beside, or here where more than a few wait: whoever has time does it.
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { Backlog, CAPACITY } from './backlog.mjs'
import { storePiece } from './store.mjs'

/** More than are under way: the slot that was free last is used first, and memory that nobody touches costs nothing. */
const SLOTS = CAPACITY
/** The worker has always one to go on with, and seldom one that has left the caches again. */
const BACKLOG = 4

export class PieceMemory {
  #torrent
  #storage
  #slots
  #free
  #slotOf
  #missing
  #next = 0
  #complete = 0
  #backlog
  #worker
  #stored

  constructor(torrent, out, stored) {
    const { pieceLength, pieceCount, pieces } = torrent
    const memory = new SharedArrayBuffer(SLOTS * pieceLength)
    this.#torrent = torrent
    this.#stored = stored
    this.#storage = { memory, pieceLength, pieces, file: openSync(out, 'w') }
    this.#slots = Array.from({ length: SLOTS }, (_, slot) => Buffer.from(memory, slot * pieceLength, pieceLength))
    this.#free = this.#slots.map((_, slot) => slot)
    this.#slotOf = new Int32Array(pieceCount)
    this.#missing = Int32Array.from({ length: pieceCount }, (_, piece) => torrent.pieceBytes(piece))
  }

  async startWorker() {
    this.#backlog = new Backlog()
    const workerData = { storage: this.#storage, backlog: this.#backlog.memory }
    this.#worker = new Worker(new URL('backlog-worker.mjs', import.meta.url), { workerData })
    await once(this.#worker, 'online')
    this.#worker.once('message', this.#stored)
  }

  /** The next piece, which the caller asks for; nothing: all are taken, or there is no room now. */
  take() {
    if (this.#backlog !== undefined) this.#free.push(...this.#backlog.reap())
    if (this.#next === this.#torrent.pieceCount || this.#free.length === 0) return undefined
    this.#slotOf[this.#next] = this.#free.pop()
    this.#next += 1
    return this.#next - 1
  }

  /** Where its bytes go. */
  bytes(piece) {
    return this.#slots[this.#slotOf[piece]]
  }

  /** A whole block has. */
  arrived(piece, length) {
    this.#missing[piece] -= length
    if (this.#missing[piece] > 0) return
    this.#store({ slot: this.#slotOf[piece], piece, length: this.#torrent.pieceBytes(piece) })
    this.#complete += 1
    if (this.#complete < this.#torrent.pieceCount) return
    if (this.#worker === undefined) this.#stored()
    else this.#backlog.end()
  }

  #store(job) {
    if (this.#backlog?.waiting < BACKLOG) return this.#backlog.post(job)
    storePiece(this.#storage, job)
    return this.#free.push(job.slot)
  }
}
