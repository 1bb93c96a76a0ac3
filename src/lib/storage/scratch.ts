// Memory that is shown to threads, and used again once they are done with it: new memory for each use would wait for the garbage
// collector, and the process would grow by all of it.
import { sharedBytes, type SharedBytes } from '../base/bytes.ts'

export class Scratch {
  readonly #budget: number
  readonly #free: SharedArrayBuffer[] = []
  readonly #waiting: (() => void)[] = []
  /** Bytes in use, and in `#free`. */
  #used = 0
  #kept = 0

  /** @param budget bytes: once as many are in use, who comes waits; at most as many are kept */
  constructor(budget: number) {
    this.#budget = budget
  }

  /** Runs the action with memory that has anything in it. Once it succeeds, nobody looks at the memory any more. */
  async use<T>(length: number, action: (memory: SharedBytes) => Promise<T>): Promise<T> {
    while (this.#used >= this.#budget) await new Promise<void>(resolve => this.#waiting.push(resolve))
    this.#used += length
    try {
      const memory = this.#take(length)
      const result = await action(memory)
      this.#keep(memory.buffer)
      return result
    } finally {
      this.#used -= length
      for (const wake of this.#waiting.splice(0)) wake()
    }
  }

  #take(length: number): SharedBytes {
    const free = this.#free.pop()
    this.#kept -= free?.byteLength ?? 0
    return free === undefined || free.byteLength < length ? sharedBytes(length) : new Uint8Array(free, 0, length)
  }

  #keep(memory: SharedArrayBuffer): void {
    if (this.#kept + memory.byteLength > this.#budget) return
    this.#free.push(memory)
    this.#kept += memory.byteLength
  }
}
