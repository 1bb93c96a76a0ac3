// Writes to one file go out one at a time. The system lets one writer at a time into a file whatever we do, and those that
// wait for it there spin on a lock of the kernel; here they are gathered meanwhile, and neighbours go out in one call.
import type { Transfer } from './descriptor.ts'
import { writeFully } from './positional.ts'

/** Bytes of one call, unless a single write has more: so that who waits for its first bytes need not wait for very many. */
const MAX_RUN_BYTES = 16_777_216

interface Write {
  readonly position: number
  readonly data: Uint8Array
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

type Use = (action: (write: Transfer) => Promise<void>) => Promise<void>

export class WriteQueue {
  readonly #use: Use
  #waiting: Write[] = []
  #busy = false

  /** @param use runs the action with the file open */
  constructor(use: Use) {
    this.#use = use
  }

  /** Settles once all of the data is written, or could not be: then part of it may be. It is borrowed until then. */
  write(data: Uint8Array, position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ data, position, resolve, reject })
      if (!this.#busy) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#busy = true
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#use(write => writeBatch(write, batch))
      } catch (error) {
        for (const write of batch) write.reject(error)
      }
    }
    this.#busy = false
  }
}

/** A run that fails rejects those of its writes that are not done, and no other's. */
async function writeBatch(write: Transfer, batch: Write[]): Promise<void> {
  for (const run of runsOf(batch)) {
    let done = 0
    const settle = (written: number): void => {
      for (const write of run.slice(done, done + written)) write.resolve()
      done += written
    }
    try {
      const parts = run.map(write => write.data)
      await writeFully(write, parts, run[0]?.position ?? 0, settle)
    } catch (error) {
      for (const write of run.slice(done)) write.reject(error)
    }
  }
}

/** In the order of the file, each run without a gap. */
function runsOf(batch: Write[]): Write[][] {
  const runs: Write[][] = []
  let end = -1
  let bytes = 0
  for (const write of batch.sort((a, b) => a.position - b.position)) {
    const length = write.data.length
    const run = runs.at(-1)
    if (run !== undefined && write.position === end && bytes + length <= MAX_RUN_BYTES) {
      run.push(write)
      bytes += length
    } else {
      runs.push([write])
      bytes = length
    }
    end = write.position + length
  }
  return runs
}
