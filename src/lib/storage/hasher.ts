// SHA-1 away from the main thread: a few threads that are started when there is work for them. They are shown the memory: moved
// there and back, each piece made V8 give up what it had compiled for memory that stays. A thread has at most BATCHES_AHEAD
// batches of jobs, so that it never waits for the next; what comes meanwhile goes out together, and many small pieces then
// cost one message. What threads have done is looked for with each new job too: the event loop comes round to their messages
// only after it has read all that has arrived, which on a fast line takes ten pieces' time.
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads'
import { equal, type SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import { LoopLoad } from './loop-load.ts'
import {
  hashWorker,
  type FileParts,
  type FileRange,
  type HashBatchResult,
  type HashFault,
  type HashJob,
  type PieceToKeep,
} from './hash-worker.ts'

/** Data up to this length is hashed at once: handing it over and being woken costs more (measured: 50 µs, or SHA-1 of 80 KB). */
const ALWAYS_AT_ONCE = 65_536
/** And up to this while the main thread has time: 2 ms, in which nothing else happens. */
const MAX_AT_ONCE = 4_194_304
/** One is done, and answers are looked for only now and then: with two a thread waited for more. */
const BATCHES_AHEAD = 4
/** Bytes after which a batch is closed: small enough to share work out evenly, large enough that messages cost nothing. */
const BATCH_BYTES = 1_048_576
/** Bytes that wait before one more thread is started; a download that keeps up needs one. */
const PRESSURE_BYTES = 4_194_304
/** Past this the disk, or the main thread, is what limits. */
const MAX_THREADS = 8

interface Waiting {
  readonly job: HashJob
  readonly bytes: number
  readonly resolve: (digest: Uint8Array | HashFault) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  readonly port: MessagePort
  /** Batches sent and not answered, oldest first. */
  readonly batches: Waiting[][]
}

/** Whether the main thread has more to do than it can. */
interface Load {
  readonly busy: boolean
}

export class Hasher {
  readonly #limit: number
  readonly #threads: Thread[] = []
  #waiting: Waiting[] = []
  #waitingBytes = 0
  readonly #load: Load
  #closed = false

  /**
   * @param limit threads at most; by default as many as there are cores.
   * @param load whether the main thread has other things to do.
   */
  constructor(limit: number = Math.min(MAX_THREADS, availableParallelism()), load: Load = usualLoad()) {
    this.#limit = Math.max(1, limit)
    this.#load = load
  }

  /** Threads started so far. */
  get threads(): number {
    return this.#threads.length
  }

  /** SHA-1, 20 bytes (BEP 3 "pieces"). Nobody may write into `data` meanwhile. */
  async digest(data: SharedBytes): Promise<Uint8Array> {
    if (this.#atOnce(data.length)) return createHash('sha1').update(data).digest()
    const digest = await this.#submit(data, data.length)
    if (digest instanceof Uint8Array) return digest
    throw new BtError('INTERNAL', `bytes in memory could not be hashed: ${JSON.stringify(digest)}`)
  }

  /** Whether a thread does it better than this one: it is long, or there is no time for it here and a thread has some. */
  delegates(length: number): boolean {
    return !this.#atOnce(length)
  }

  /**
   * As `digest`, in a thread, and writes the piece if it is right. The file must stay open until the promise settles.
   * @throws what the system said, with its `code`, and part of it written
   */
  async keep(piece: PieceToKeep): Promise<'kept' | 'wrong'> {
    // A message takes all of the memory that a view belongs to along, here every hash of the torrent.
    const hash = piece.hash.slice()
    const digest = await this.#submit({ ...piece, hash }, piece.data.length)
    if (digest instanceof Uint8Array) return equal(digest, piece.hash) ? 'kept' : 'wrong'
    throw systemError(digest)
  }

  /**
   * SHA-1 of part of a file, which must stay open until the promise settles.
   * @returns `missing` where the file ends too early. @throws what the system said, with its `code`
   */
  async digestFile(range: FileRange): Promise<Uint8Array | 'missing'> {
    const digest = await this.#submit(range, range.length)
    if (digest instanceof Uint8Array || digest === 'missing') return digest
    throw systemError(digest)
  }

  /**
   * SHA-1 of parts of files, `length` bytes together.
   * @returns the digest, or the path of a file that is not what the parts say
   * @throws what the system said, with its `code` and the `path`
   */
  async digestParts(parts: FileParts, length: number): Promise<Uint8Array | { readonly changed: string }> {
    const digest = await this.#submit(parts, length)
    if (digest instanceof Uint8Array) return digest
    if (digest !== 'missing' && 'changed' in digest) return digest
    throw systemError(digest)
  }

  /** Ends the threads. What is still being hashed fails. */
  async close(): Promise<void> {
    this.#closed = true
    const threads = this.#threads.splice(0)
    for (const { port } of threads) port.close()
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
    // Not before: whoever hears of it closes the file that a thread may have been writing to.
    const jobs = [...threads.flatMap(thread => thread.batches.splice(0).flat()), ...this.#waiting.splice(0)]
    for (const { reject } of jobs) reject(new BtError('INTERRUPTED', 'hashing was stopped'))
  }

  #atOnce(length: number): boolean {
    if (length <= ALWAYS_AT_ONCE || length > MAX_AT_ONCE) return length <= ALWAYS_AT_ONCE
    if (!this.#load.busy) return true
    this.#receive()
    return !this.#hasRoom()
  }

  /** Whether a thread would come to one more job at once. One core is left to this thread. */
  #hasRoom(): boolean {
    const most = Math.max(1, this.#limit - 1)
    if (this.#waiting.length > 0) return false
    return this.#threads.length < most || this.#threads.slice(0, most).some(hasRoom)
  }

  #submit(job: HashJob, bytes: number): Promise<Uint8Array | HashFault> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new BtError('INTERNAL', 'the hasher is closed'))
      this.#waiting.push({ job, bytes, resolve, reject })
      this.#waitingBytes += bytes
      this.#dispatch()
    })
  }

  #dispatch(): void {
    for (const thread of this.#threads) this.#feed(thread)
    const wanted = this.#threads.length === 0 ? this.#waiting.length > 0 : this.#waitingBytes >= PRESSURE_BYTES
    if (wanted && this.#threads.length < this.#limit) this.#feed(this.#start())
  }

  #feed(thread: Thread): void {
    while (this.#waiting.length > 0 && hasRoom(thread)) {
      const batch = this.#nextBatch()
      if (thread.batches.length === 0) thread.port.ref()
      thread.batches.push(batch)
      thread.port.postMessage(batch.map(({ job }) => job))
    }
  }

  #nextBatch(): Waiting[] {
    let bytes = 0
    let count = 0
    while (count < this.#waiting.length && bytes < BATCH_BYTES) bytes += this.#waiting[count++]?.bytes ?? 0
    this.#waitingBytes -= bytes
    return this.#waiting.splice(0, count)
  }

  #start(): Thread {
    const { port1: port, port2 } = new MessageChannel()
    const worker = new Worker(`(${hashWorker.toString()})()`, {
      eval: true,
      stdin: false,
      workerData: port2,
      transferList: [port2],
    })
    const thread: Thread = { worker, port, batches: [] }
    worker.unref()
    port.on('message', (result: HashBatchResult) => this.#settle(thread, result))
    port.unref()
    worker.on('error', error => {
      this.#threads.splice(this.#threads.indexOf(thread), 1)
      port.close()
      for (const { reject } of thread.batches.splice(0).flat()) reject(error)
      this.#dispatch()
    })
    this.#threads.push(thread)
    return thread
  }

  /** Takes what threads have done by now. */
  #receive(): void {
    for (const thread of this.#threads) {
      if (thread.batches.length === 0) continue
      for (let each = receiveMessageOnPort(thread.port); each !== undefined; each = receiveMessageOnPort(thread.port)) {
        this.#settle(thread, each.message as HashBatchResult)
      }
    }
  }

  #settle(thread: Thread, { digests, faults }: HashBatchResult): void {
    const batch = thread.batches.shift() ?? []
    if (thread.batches.length === 0) thread.port.unref()
    for (const [index, { resolve }] of batch.entries()) {
      resolve(faults.get(index) ?? digests.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH))
    }
    this.#dispatch()
  }
}

function hasRoom({ batches }: Thread): boolean {
  return batches.length < BATCHES_AHEAD
}

function systemError(fault: HashFault): Error {
  return typeof fault === 'object' && 'code' in fault
    ? Object.assign(new Error(fault.message), fault)
    : new BtError('INTERNAL', `a file could not be hashed: ${JSON.stringify(fault)}`)
}

/** With one core no thread is of any help. */
function usualLoad(): Load {
  return availableParallelism() > 1 ? new LoopLoad() : { busy: false }
}
