// Memory that is lent to threads, comes back and is used again: new memory for each use would wait for the garbage
// collector, and the process would grow by all of it.
import type { OwnedBytes } from '../base/bytes.ts'

export class Scratch {
  readonly #budget: number
  readonly #free: ArrayBuffer[] = []
  readonly #waiting: (() => void)[] = []
  /** Bytes in use, and in `#free`. */
  #used = 0
  #kept = 0

  /** @param budget bytes: once as many are in use, who comes waits; at most as many are kept */
  constructor(budget: number) {
    this.#budget = budget
  }

  /**
   * Runs the action with memory that has anything in it.
   * @param action gives it back next to its result, or what it came back as from a thread, or undefined where it is lost
   */
  async use<T>(
    length: number,
    action: (memory: OwnedBytes) => Promise<readonly [T, OwnedBytes | undefined]>,
  ): Promise<T> {
    while (this.#used >= this.#budget) await new Promise<void>(resolve => this.#waiting.push(resolve))
    this.#used += length
    try {
      const [result, memory] = await action(this.#take(length))
      if (memory !== undefined) this.#keep(memory.buffer)
      return result
    } finally {
      this.#used -= length
      for (const wake of this.#waiting.splice(0)) wake()
    }
  }

  #take(length: number): OwnedBytes {
    const free = this.#free.pop()
    this.#kept -= free?.byteLength ?? 0
    return free === undefined || free.byteLength < length ? new Uint8Array(length) : new Uint8Array(free, 0, length)
  }

  #keep(memory: ArrayBuffer): void {
    if (this.#kept + memory.byteLength > this.#budget) return
    this.#free.push(memory)
    this.#kept += memory.byteLength
  }
}
