// Small files, many at once, in threads that make the system's calls one after the other: five calls a file by way of
// libuv's threads cost the main thread 100 µs and more, a file in a job costs it 3. What fails here is done again in the
// ordinary way, which knows what to say of it; so nothing here is ever an error.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { fileWorker, type FilesAnswer, type FilesJob } from './file-worker.ts'
import { folderInTurn } from './folder-in-turn.ts'
import { inPlaceBelow, placeOf } from './in-place.ts'
import { Scratch } from './scratch.ts'

/** As libuv has for the calls of all others. */
const MAX_THREADS = 4
/**
 * Milliseconds that a job waits for a thread before a second is started, twice as many before a third and so on: as long as
 * the disk keeps up, one will do, and each takes 10 MB and more. And much longer where one more would have no core of its own
 * beside this thread: then it is more likely a core that everyone waits for than a disk.
 */
const PATIENCE = 50
const CROWDED_PATIENCE = 500
/** Mebibytes for what a thread has just made: it keeps nothing, and by default would let 16 come together. */
const YOUNG_MEMORY = 2
/** Files of the jobs that go to a thread together: waking it costs as much as some of them. */
const BATCH_FILES = 256
const PROGRAM = `(${fileWorker.toString()})({
  inPlaceBelow: ${inPlaceBelow.toString()},
  placeOf: ${placeOf.toString()},
  folderInTurn: ${folderInTurn.toString()},
})`
/** Bytes of the data of jobs at the same time: two pieces for each thread, or more where they are small. */
const DATA_AHEAD = 8_388_608

interface Waiting {
  readonly job: FilesJob
  readonly resolve: (answer: FilesAnswer) => void
  /** When it came, milliseconds. */
  readonly since: number
}

interface Thread {
  readonly worker: Worker
  /** What it is at. */
  batch: readonly Waiting[]
}

export class FileThreads {
  /** For the data of jobs. */
  readonly scratch: Scratch = new Scratch(DATA_AHEAD)
  readonly #threads: Thread[] = []
  readonly #waiting: Waiting[] = []
  #lastStart = -Infinity
  #closed = false

  /** Threads started so far. */
  get threads(): number {
    return this.#threads.length
  }

  /** The job's data is used until there is an answer. */
  run(job: FilesJob): Promise<FilesAnswer> {
    return new Promise(resolve => {
      if (this.#closed) return resolve(refusal(job))
      this.#waiting.push({ job, resolve, since: performance.now() })
      this.#dispatch()
    })
  }

  /** Ends the threads. What they had not done is for the ordinary way. */
  async close(): Promise<void> {
    this.#closed = true
    const threads = this.#threads.splice(0)
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
    // Not before: they may have been at it, and whoever hears of it uses the memory of the data for something else.
    refuse([...threads.flatMap(({ batch }) => batch), ...this.#waiting.splice(0)])
  }

  #dispatch(): void {
    for (const thread of this.#threads) this.#feed(thread)
    const [oldest] = this.#waiting
    if (oldest === undefined || this.#threads.length === MAX_THREADS) return
    const crowded = this.#threads.length + 1 >= availableParallelism()
    const patience = (crowded ? CROWDED_PATIENCE : PATIENCE) * 2 ** (this.#threads.length - 1)
    const late = performance.now() - Math.max(oldest.since, this.#lastStart) > patience
    if (this.#threads.length === 0 || late) this.#feed(this.#start())
  }

  #feed(thread: Thread): void {
    if (thread.batch.length > 0) return
    if (this.#waiting.length === 0) return thread.worker.unref()
    thread.batch = this.#nextBatch()
    thread.worker.ref()
    thread.worker.postMessage(thread.batch.map(({ job }) => job))
  }

  #nextBatch(): readonly Waiting[] {
    let jobs = 0
    let files = 0
    while (jobs < this.#waiting.length && files < BATCH_FILES) files += this.#waiting[jobs++]?.job.count ?? 0
    return this.#waiting.splice(0, jobs)
  }

  #start(): Thread {
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MEMORY }
    const worker = new Worker(PROGRAM, { eval: true, stdin: false, resourceLimits })
    const thread: Thread = { worker, batch: [] }
    this.#lastStart = performance.now()
    worker.unref()
    worker.on('message', (answers: readonly FilesAnswer[]) => {
      const done = thread.batch
      thread.batch = []
      // The thread goes on while what it did is looked at.
      this.#dispatch()
      for (const [index, { job, resolve }] of done.entries()) resolve(answers[index] ?? refusal(job))
    })
    worker.on('error', () => {
      this.#threads.splice(this.#threads.indexOf(thread), 1)
      refuse(thread.batch)
      this.#dispatch()
    })
    this.#threads.push(thread)
    return thread
  }
}

function refuse(jobs: readonly Waiting[]): void {
  for (const { job, resolve } of jobs) resolve(refusal(job))
}

function refusal({ count }: FilesJob): FilesAnswer {
  return { failed: [...Array(count).keys()] }
}
