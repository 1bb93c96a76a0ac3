// Drives the worker of one target, and watches it: an execution that does not end, or that takes all memory, is a failure.
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Counts, WorkerData, WorkerMessage } from './messages.ts'

/** Milliseconds in which one execution must end; nearly all take microseconds. */
const HANG = 30_000
const HEAP_MEGABYTES = 512
const MAX_INPUT = 1_048_576

export interface Course {
  readonly name: string
  readonly seed: number
  readonly executions: number
  readonly milliseconds: number
}

export type Result =
  | ({ readonly type: 'passed' } & Counts)
  | { readonly type: 'failed'; readonly input: Uint8Array; readonly text: string }

export async function runTarget(course: Course, onProgress: (counts: Counts) => void): Promise<Result> {
  const shared = new SharedArrayBuffer(8 + MAX_INPUT)
  const workerData: WorkerData = { ...course, shared }
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  })
  const watch = new AbortController()
  try {
    return await Promise.race([
      resultOf(worker, shared, onProgress),
      hang(shared, watch.signal).then((): Result => failed(shared, `one execution took more than ${HANG / 1000} s`)),
    ])
  } finally {
    watch.abort()
    await worker.terminate()
  }
}

function resultOf(worker: Worker, shared: SharedArrayBuffer, onProgress: (counts: Counts) => void): Promise<Result> {
  const { promise, resolve } = withResolvers<Result>()
  worker.on('message', (message: WorkerMessage) => {
    if (message.type === 'found') {
      resolve({ type: 'failed', input: message.input, text: `execution ${message.execution}: ${message.text}` })
    } else if (message.type === 'done') resolve({ ...message, type: 'passed' })
    else onProgress(message)
  })
  worker.on('error', error => resolve(failed(shared, String(error))))
  worker.on('exit', code => resolve(failed(shared, `the worker ended with ${code}`)))
  return promise
}

/** Resolves once the count of executions has not moved for long. @throws AbortError */
async function hang(shared: SharedArrayBuffer, signal: AbortSignal): Promise<void> {
  const header = new Int32Array(shared, 0, 1)
  let count = -1
  while (count !== Atomics.load(header, 0)) {
    count = Atomics.load(header, 0)
    await setTimeout(HANG, undefined, { signal })
  }
}

function failed(shared: SharedArrayBuffer, text: string): Result {
  const [, length = 0] = new Int32Array(shared, 0, 2)
  return { type: 'failed', input: new Uint8Array(new Uint8Array(shared, 8, length)), text }
}

/** `Promise.withResolvers`, which Node 20 has not. */
function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>(done => {
    resolve = done
  })
  return { promise, resolve }
}
