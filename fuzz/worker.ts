// Runs one target in a thread of its own. The input under execution lies in shared memory, so that the main thread has it
// even where the parser never returns or takes all memory.
import { parentPort, workerData } from 'node:worker_threads'
import { Fuzzer } from './fuzzer.ts'
import { Judge } from './judge.ts'
import type { WorkerData, WorkerMessage } from './messages.ts'
import { shrink } from './shrink.ts'
import type { Target } from './target.ts'
import { targetNamed } from './targets.ts'

const PROGRESS_INTERVAL = 1_000
/** Executions between looks at the clock. */
const STRETCH = 256
const STACK = Error.stackTraceLimit

const { name, seed, executions, milliseconds, shared } = workerData as WorkerData
const header = new Int32Array(shared, 0, 2)
const current = new Uint8Array(shared, 8)

/** With its stack, which is not taken while inputs are tried: most of them make an error, and it takes most of the time. */
function failureOf(target: Target, input: Uint8Array): string | undefined {
  try {
    new Judge(target, 1).execute(input)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const say = (message: WorkerMessage): void => parentPort?.postMessage(message)

/** Where the main thread finds it. */
function expose(input: Uint8Array): void {
  current.set(input.subarray(0, current.length))
  header[1] = Math.min(input.length, current.length)
  Atomics.add(header, 0, 1)
}

function run(): void {
  const target = targetNamed(name)
  Error.stackTraceLimit = 0
  const fuzzer = new Fuzzer(target, seed)
  const until = performance.now() + milliseconds
  let report = performance.now() + PROGRESS_INTERVAL
  while (fuzzer.executions < executions) {
    const input = fuzzer.next()
    expose(input)
    const found = fuzzer.execute(input)
    if (found !== undefined) {
      Error.stackTraceLimit = STACK
      const input = shrink(target, found.input, found.failure.kind)
      say({ type: 'found', input, text: failureOf(target, input) ?? found.failure.message, execution: found.execution })
      return
    }
    if (fuzzer.executions % STRETCH !== 0) continue
    const now = performance.now()
    if (now >= until) break
    if (now < report) continue
    say({ type: 'progress', executions: fuzzer.executions, outcomes: fuzzer.outcomes })
    report = now + PROGRESS_INTERVAL
  }
  say({ type: 'done', executions: fuzzer.executions, outcomes: fuzzer.outcomes })
}

run()
