// SHA-1 away from the main thread: a few threads that are started when there is work for them. They are shown the memory: moved
// there and back, each piece made V8 give up what it had compiled for memory that stays. What comes while all are busy goes
// out together, and many small pieces then cost one message.
import { hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { equal, type SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { HashThread, type PendingJob } from './hash-thread.ts'
import type { FileParts, FileRange, HashFault, HashJob, PieceToKeep } from './hash-worker.ts'
import { LoopLoad } from './loop-load.ts'

/** Data up to this length is hashed at once: handing it over and being woken costs more (measured: 50 µs, or SHA-1 of 80 KB). */
const ALWAYS_AT_ONCE = 65_536
/** And up to this while the main thread has time: 2 ms, in which nothing else happens. */
const MAX_AT_ONCE = 4_194_304
/** Bytes after which a batch is closed: small enough to share work out evenly, large enough that messages cost nothing. */
const BATCH_BYTES = 4_194_304
/** Bytes that wait before one more thread is started; a download that keeps up needs one. */
const PRESSURE_BYTES = 4_194_304
/** Past this the disk, or the main thread, is what limits. */
const MAX_THREADS = 8

/** Whether the main thread has more to do than it can. */
interface Load {
  readonly busy: boolean
}

export class Hasher {
  readonly #limit: number
  readonly #threads: HashThread[] = []
  #waiting: PendingJob[] = []
  #waitingBytes = 0
  readonly #load: Load
  /** The system had no thread for us: there will be no more of them. */
  #exhausted = false
  #closed = false

  /**
   * @param limit threads at most; by default as many as there are cores.
   * @param load whether the main thread has other things to do.
   */
  constructor(limit: number = Math.min(MAX_THREADS, availableParallelism()), load: Load = usualLoad()) {
    this.#limit = Math.max(1, limit)
    this.#load = load
  }

  /** Threads that there are. */
  get threads(): number {
    return this.#threads.length
  }

  /** SHA-1, 20 bytes (BEP 3 "pieces"). Nobody may write into `data` meanwhile. */
  async digest(data: SharedBytes): Promise<Uint8Array> {
    if (!this.delegates(data.length)) return hash('sha1', data, 'buffer')
    const digest = await this.#submit(data, data.length, 'at once')
    if (digest instanceof Uint8Array) return digest
    throw new BtError('INTERNAL', `bytes in memory could not be hashed: ${JSON.stringify(digest)}`)
  }

  /** Whether a thread does it better than this one: it is long, or there is no time for it here and a thread has some. */
  delegates(length: number): boolean {
    return !this.#atOnce(length) && this.#hasThread()
  }

  /**
   * As `digest`, in a thread, and writes the piece if it is right. The file must stay open until the promise settles.
   * @throws what the system said, with its `code`, and part of it written
   */
  async keep(piece: PieceToKeep): Promise<'kept' | 'wrong'> {
    // A message takes all of the memory that a view belongs to along, here every hash of the torrent.
    const hash = piece.hash.slice()
    const digest = await this.#submit({ ...piece, hash }, piece.data.length, 'at once')
    if (digest instanceof Uint8Array) return equal(digest, piece.hash) ? 'kept' : 'wrong'
    throw systemError(digest)
  }

  /**
   * SHA-1 of part of a file, which must stay open until the promise settles.
   * @returns `missing` where the file ends too early. @throws what the system said, with its `code`
   */
  async digestFile(range: FileRange): Promise<Uint8Array | 'missing'> {
    const digest = await this.#submit(range, range.length, 'gathered')
    if (digest instanceof Uint8Array || digest === 'missing') return digest
    throw systemError(digest)
  }

  /**
   * SHA-1 of parts of files, `length` bytes together.
   * @returns the digest, or the path of a file that is not what the parts say
   * @throws what the system said, with its `code` and the `path`
   */
  async digestParts(parts: FileParts, length: number): Promise<Uint8Array | { readonly changed: string }> {
    const digest = await this.#submit(parts, length, 'gathered')
    if (digest instanceof Uint8Array) return digest
    if (digest !== 'missing' && 'changed' in digest) return digest
    throw systemError(digest)
  }

  /** Ends the threads. What is still being hashed fails. */
  async close(): Promise<void> {
    this.#closed = true
    const unfinished = await Promise.all(this.#threads.splice(0).map(thread => thread.end()))
    // Not before: whoever hears of it closes the file that a thread may have been writing to.
    const error = new BtError('INTERRUPTED', 'hashing was stopped')
    reject(unfinished.flat(), error)
    this.#rejectWaiting(error)
  }

  #atOnce(length: number): boolean {
    if (length <= ALWAYS_AT_ONCE || length > MAX_AT_ONCE) return length <= ALWAYS_AT_ONCE
    if (!this.#load.busy) return true
    for (const thread of this.#threads) thread.receive()
    return !this.#hasRoom()
  }

  /** Whether a thread would come to one more job soon. One core is left to this thread. */
  #hasRoom(): boolean {
    const most = Math.max(1, this.#limit - 1)
    if (this.#waiting.length > 0) return false
    return this.#threads.length < most || this.#threads.slice(0, most).some(thread => thread.hasRoom)
  }

  /** Starts the first where there is none. @returns whether there is one */
  #hasThread(): boolean {
    return this.#closed || this.#threads.length > 0 || this.#start() !== undefined
  }

  /** @param sent `gathered`: it may wait for others as long as no thread runs dry. */
  #submit(job: HashJob, bytes: number, sent: 'at once' | 'gathered'): Promise<Uint8Array | HashFault> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new BtError('INTERNAL', 'the hasher is closed'))
      this.#waiting.push({ job, bytes, sent, resolve, reject })
      this.#waitingBytes += bytes
      this.#dispatch()
    })
  }

  #dispatch(): void {
    for (const thread of this.#threads) this.#feed(thread)
    const wanted = this.#threads.length === 0 ? this.#waiting.length > 0 : this.#waitingBytes >= PRESSURE_BYTES
    if (!wanted || this.#threads.length >= this.#limit) return
    const thread = this.#start()
    if (thread !== undefined) this.#feed(thread)
    else if (this.#threads.length === 0) this.#rejectWaiting(noThread())
  }

  #feed(thread: HashThread): void {
    while (this.#waiting.length > 0 && (thread.runsDry || (this.#closesBatch && thread.hasRoom))) {
      thread.take(this.#nextBatch())
    }
  }

  /** Whether what waits need not wait for more. */
  get #closesBatch(): boolean {
    return this.#waitingBytes >= BATCH_BYTES || this.#waiting[0]?.sent === 'at once'
  }

  #nextBatch(): readonly PendingJob[] {
    let bytes = 0
    let count = 0
    while (count < this.#waiting.length && bytes < BATCH_BYTES) bytes += this.#waiting[count++]?.bytes ?? 0
    this.#waitingBytes -= bytes
    return this.#waiting.splice(0, count)
  }

  #start(): HashThread | undefined {
    if (this.#exhausted) return undefined
    const thread = HashThread.start({
      done: () => this.#dispatch(),
      failed: (thread, error) => {
        const index = this.#threads.indexOf(thread)
        if (index < 0) return // closed already
        this.#threads.splice(index, 1)
        void thread.end().then(jobs => reject(jobs, error))
        this.#dispatch()
      },
    })
    if (thread === undefined) this.#exhausted = true
    else this.#threads.push(thread)
    return thread
  }

  #rejectWaiting(error: unknown): void {
    this.#waitingBytes = 0
    reject(this.#waiting.splice(0), error)
  }
}

function reject(jobs: readonly PendingJob[], error: unknown): void {
  for (const { reject } of jobs) reject(error)
}

function systemError(fault: HashFault): Error {
  return typeof fault === 'object' && 'code' in fault
    ? Object.assign(new Error(fault.message), fault)
    : new BtError('INTERNAL', `a file could not be hashed: ${JSON.stringify(fault)}`)
}

function noThread(): BtError {
  return new BtError('INTERNAL', 'no thread could be started to hash files; allow more processes or more memory')
}

/** With one core no thread is of any help. */
function usualLoad(): Load {
  return availableParallelism() > 1 ? new LoopLoad() : { busy: false }
}
