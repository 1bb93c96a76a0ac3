// Small files, many at once, in threads that make the system's calls one after the other: five calls a file by way of
// libuv's threads cost the main thread 100 µs and more, a file in a job costs it 3. What fails here is done again in the
// ordinary way, which knows what to say of it; so nothing here is ever an error.
import { Worker } from 'node:worker_threads'
import { fileWorker, type FilesAnswer, type FilesJob } from './file-worker.ts'

/** As libuv has for the calls of all others. */
const MAX_THREADS = 4
/** Milliseconds that a job waits for a thread before one more is started: as long as the disk keeps up, one will do. */
const PATIENCE = 50

interface Waiting {
  readonly job: FilesJob
  readonly resolve: (answer: FilesAnswer) => void
  /** When it came, milliseconds. */
  readonly since: number
}

interface Thread {
  readonly worker: Worker
  current: Waiting | undefined
}

export class FileThreads {
  readonly #threads: Thread[] = []
  readonly #waiting: Waiting[] = []
  #lastStart = -Infinity
  #closed = false

  /** Threads started so far. */
  get threads(): number {
    return this.#threads.length
  }

  /** The memory of the job's data is lent until it comes back with the answer. */
  run(job: FilesJob): Promise<FilesAnswer> {
    return new Promise(resolve => {
      if (this.#closed) return resolve(refused(job))
      this.#waiting.push({ job, resolve, since: performance.now() })
      this.#dispatch()
    })
  }

  /** Ends the threads. What they had not done is for the ordinary way. */
  async close(): Promise<void> {
    this.#closed = true
    const threads = this.#threads.splice(0)
    for (const { job, resolve } of [...threads.flatMap(({ current }) => current ?? []), ...this.#waiting.splice(0)]) {
      resolve(refused(job))
    }
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
  }

  #dispatch(): void {
    for (const thread of this.#threads) this.#feed(thread)
    const [oldest] = this.#waiting
    if (oldest === undefined || this.#threads.length === MAX_THREADS) return
    const late = performance.now() - Math.max(oldest.since, this.#lastStart) > PATIENCE
    if (this.#threads.length === 0 || late) this.#feed(this.#start())
  }

  #feed(thread: Thread): void {
    if (thread.current !== undefined) return
    const next = this.#waiting.shift()
    if (next === undefined) return thread.worker.unref()
    thread.current = next
    thread.worker.ref()
    thread.worker.postMessage(next.job, next.job.data === undefined ? [] : [next.job.data.buffer])
  }

  #start(): Thread {
    const worker = new Worker(`(${fileWorker.toString()})()`, { eval: true, stdin: false })
    const thread: Thread = { worker, current: undefined }
    this.#lastStart = performance.now()
    worker.unref()
    worker.on('message', (answer: FilesAnswer) => {
      thread.current?.resolve(answer)
      thread.current = undefined
      this.#dispatch()
    })
    worker.on('error', () => {
      this.#threads.splice(this.#threads.indexOf(thread), 1)
      if (thread.current !== undefined) thread.current.resolve(refused(thread.current.job))
      this.#dispatch()
    })
    this.#threads.push(thread)
    return thread
  }
}

function refused(job: FilesJob): FilesAnswer {
  return { failed: [...job.paths.split('\0').keys()] }
}
