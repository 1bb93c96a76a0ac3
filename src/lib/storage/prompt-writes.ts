// Writes that are done at once. What is written goes to the system's memory, which takes less time than handing it to
// another thread does; until that memory is full and the disk sets the pace. Then writes are left to threads for a while.
import { performance } from 'node:perf_hooks'
import { writing, writingAtOnce, type Transfer } from './descriptor.ts'

/** More than that is always left to a thread: nothing else happens meanwhile. */
const MAX_BYTES = 4_194_304
/** Milliseconds a call may take: others may have the processor meanwhile, yet a full disk cache makes a writer wait longer. */
const FAIR_TIME = 30
/** Milliseconds for which threads write after one that took longer; twice as long each time, up to a limit. */
const FIRST_PAUSE = 10_000
const LAST_PAUSE = 600_000

export class PromptWrites {
  readonly #now: () => number
  #pausedUntil = 0
  #pause = 0

  /** @param now milliseconds, monotonic. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** @param write both ways to write to this descriptor, which tests replace. */
  to(fd: number, write: { now: Writes; later: Writes } = { now: writingAtOnce, later: writing }): Transfer {
    const [now, later] = [write.now(fd), write.later(fd)]
    return (parts, position) => {
      const bytes = parts.reduce((sum, part) => sum + part.length, 0)
      const start = this.#now()
      if (bytes > MAX_BYTES || start < this.#pausedUntil) return later(parts, position)
      const done = now(parts, position)
      this.#judge(start)
      return done
    }
  }

  /** One that is slow again sooner than the last pause was long doubles it. */
  #judge(start: number): void {
    const end = this.#now()
    if (end - start <= FAIR_TIME) return
    const soon = start < this.#pausedUntil + this.#pause
    this.#pause = soon ? Math.min(this.#pause * 2, LAST_PAUSE) : FIRST_PAUSE
    this.#pausedUntil = end + this.#pause
  }
}

type Writes = (fd: number) => Transfer
