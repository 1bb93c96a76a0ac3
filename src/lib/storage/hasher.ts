// SHA-1 away from the main thread: a few threads that are started when there is work for them. Memory moves to a thread and
// back; copied, each piece would cost new memory, and shared memory takes JavaScript five times as long to write. A thread
// has at most BATCHES_AHEAD batches of jobs, so that it never waits for the next; what comes meanwhile goes out together,
// and many small pieces then cost one message.
import { createHash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { OwnedBytes } from '../base/bytes.ts'
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
} from './hash-worker.ts'

/** Data up to this length is hashed at once: handing it over and being woken costs more (measured: 50 µs, or SHA-1 of 80 KB). */
const ALWAYS_AT_ONCE = 65_536
/** And up to this while the main thread has time: 2 ms, in which nothing else happens. */
const MAX_AT_ONCE = 4_194_304
/** One is done while the next is on its way. */
const BATCHES_AHEAD = 2
/** Bytes after which a batch is closed: small enough to share work out evenly, large enough that messages cost nothing. */
const BATCH_BYTES = 1_048_576
/** Bytes that wait before one more thread is started; a download that keeps up needs one. */
const PRESSURE_BYTES = 4_194_304
/** Past this the disk, or the main thread, is what limits. */
const MAX_THREADS = 8

interface Outcome {
  readonly digest: Uint8Array | HashFault
  readonly data: OwnedBytes | undefined
}

interface Waiting {
  readonly job: HashJob
  readonly bytes: number
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
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

  /**
   * SHA-1, 20 bytes (BEP 3 "pieces"). The memory of `data` is lent: all views of it are empty from now on.
   * @returns the same bytes, to be used in place of `data`, next to the digest
   */
  async digest(data: OwnedBytes): Promise<{ readonly digest: Uint8Array; readonly data: OwnedBytes }> {
    if (this.#atOnce(data.length)) return { digest: createHash('sha1').update(data).digest(), data }
    const { digest, data: returned } = await this.#submit(data, data.length)
    if (digest instanceof Uint8Array && returned !== undefined) return { digest, data: returned }
    throw new BtError('INTERNAL', `bytes in memory could not be hashed: ${JSON.stringify(digest)}`)
  }

  /**
   * SHA-1 of part of a file, which must stay open until the promise settles.
   * @returns `missing` where the file ends too early. @throws what the system said, with its `code`
   */
  async digestFile(range: FileRange): Promise<Uint8Array | 'missing'> {
    const { digest } = await this.#submit(range, range.length)
    if (digest instanceof Uint8Array || digest === 'missing') return digest
    throw systemError(digest)
  }

  /**
   * SHA-1 of parts of files, `length` bytes together.
   * @returns the digest, or the path of a file that is not what the parts say
   * @throws what the system said, with its `code` and the `path`
   */
  async digestParts(parts: FileParts, length: number): Promise<Uint8Array | { readonly changed: string }> {
    const { digest } = await this.#submit(parts, length)
    if (digest instanceof Uint8Array) return digest
    if (digest !== 'missing' && 'changed' in digest) return digest
    throw systemError(digest)
  }

  /** Ends the threads. What is still being hashed fails. */
  async close(): Promise<void> {
    this.#closed = true
    const threads = this.#threads.splice(0)
    const jobs = [...threads.flatMap(thread => thread.batches.splice(0).flat()), ...this.#waiting.splice(0)]
    for (const { reject } of jobs) reject(new BtError('INTERRUPTED', 'hashing was stopped'))
    await Promise.all(threads.map(thread => thread.worker.terminate()))
  }

  #atOnce(length: number): boolean {
    return length <= ALWAYS_AT_ONCE || (length <= MAX_AT_ONCE && !this.#load.busy)
  }

  #submit(job: HashJob, bytes: number): Promise<Outcome> {
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
    while (this.#waiting.length > 0 && thread.batches.length < BATCHES_AHEAD) {
      const batch = this.#nextBatch()
      if (thread.batches.length === 0) thread.worker.ref()
      thread.batches.push(batch)
      const jobs = batch.map(({ job }) => job)
      thread.worker.postMessage(
        jobs,
        jobs.flatMap(job => (job instanceof Uint8Array ? [job.buffer] : [])),
      )
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
    const worker = new Worker(`(${hashWorker.toString()})()`, { eval: true, stdin: false })
    const thread: Thread = { worker, batches: [] }
    worker.unref()
    worker.on('message', (result: HashBatchResult) => this.#settle(thread, result))
    worker.on('error', error => {
      this.#threads.splice(this.#threads.indexOf(thread), 1)
      for (const { reject } of thread.batches.splice(0).flat()) reject(error)
      this.#dispatch()
    })
    this.#threads.push(thread)
    return thread
  }

  #settle(thread: Thread, { digests, faults, returned }: HashBatchResult): void {
    const batch = thread.batches.shift() ?? []
    if (thread.batches.length === 0) thread.worker.unref()
    const back = returned.values()
    for (const [index, { job, resolve }] of batch.entries()) {
      const digest = faults.get(index) ?? digests.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH)
      resolve({ digest, data: job instanceof Uint8Array ? back.next().value : undefined })
    }
    this.#dispatch()
  }
}

function systemError(fault: HashFault): Error {
  return typeof fault === 'object' && 'code' in fault
    ? Object.assign(new Error(fault.message), fault)
    : new BtError('INTERNAL', `a file could not be hashed: ${JSON.stringify(fault)}`)
}

/** With two cores the other one has enough to do: whoever sends, the system's side of the network and the disk. */
function usualLoad(): Load {
  return availableParallelism() > 2 ? new LoopLoad() : { busy: false }
}
