// Whether one execution kept what every parser promises: nothing thrown that may not be, and no more memory and time than
// the input's length warrants.
import { getHeapStatistics } from 'node:v8'
import { isAllowed, kindOf, type Target } from './target.ts'

/** Bytes allocated, garbage included, per byte of input: an empty dictionary, 2 bytes on the wire, costs some 250. */
const BYTES_PER_BYTE = 512
/** Bytes that anything may take: what V8 itself allocates when it compiles is in the figure too. */
const ALLOWANCE = 4_194_304
/** Milliseconds: thousands of times what the slowest input takes. */
const MAX_TIME = 2_000

export class Failure extends Error {
  override readonly name = 'Failure'
  /** What is the same for all inputs that fail in this way. */
  readonly kind: string

  constructor(cause: unknown) {
    super(cause instanceof Error ? (cause.stack ?? String(cause)) : String(cause), { cause })
    this.kind = kindOf(cause)
  }
}

export class Judge {
  readonly #target: Target
  readonly #measured: number
  #executions = 0

  /** @param measured of so many executions, one is measured, which takes longer than most take. */
  constructor(target: Target, measured: number) {
    this.#target = target
    this.#measured = measured
  }

  get executions(): number {
    return this.#executions
  }

  /** @returns the kind of the result. @throws Failure */
  execute(input: Uint8Array): string {
    const measured = this.#executions++ % this.#measured === 0
    const before = measured ? allocated() : 0
    const start = measured ? performance.now() : 0
    const outcome = this.#run(input)
    if (!measured) return outcome
    const time = performance.now() - start
    const limit = ALLOWANCE + BYTES_PER_BYTE * input.length
    if ((time > MAX_TIME || allocated() - before > limit) && this.#isExcessive(input, limit)) {
      throw new Failure(new Error(`more than ${limit} bytes or ${MAX_TIME} ms for ${input.length} bytes of input`))
    }
    return outcome
  }

  /** Three times over: a single time may have met the compiler, or a machine that does something else. */
  #isExcessive(input: Uint8Array, limit: number): boolean {
    for (let round = 0; round < 3; round++) {
      const before = allocated()
      const start = performance.now()
      this.#run(input)
      if (allocated() - before <= limit && performance.now() - start <= MAX_TIME) return false
    }
    return true
  }

  #run(input: Uint8Array): string {
    try {
      return this.#target.run(input)
    } catch (error) {
      if (isAllowed(this.#target, error)) return kindOf(error)
      throw new Failure(error)
    }
  }
}

/** Bytes on the heap and in array buffers; less than before where rubbish was collected meanwhile. */
function allocated(): number {
  const { used_heap_size: heap, external_memory: buffers } = getHeapStatistics()
  return heap + buffers
}
