// A clock that stands still while anything happens, and jumps to the next timer when everything waits.

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** Timers run in order of their time, then of their setting, each after all the promises of the one before have settled. */
export class VirtualClock {
  #now = 0
  readonly #timers = new Set<Timer>()
  #scheduled = false

  /** Milliseconds since the clock was made. */
  get now(): number {
    return this.#now
  }

  /** Runs the function once `ms` milliseconds have passed. @returns what cancels it. */
  after(ms: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(ms, 0), run }
    this.#timers.add(timer)
    this.#schedule()
    return () => {
      this.#timers.delete(timer)
    }
  }

  /** Node calls an immediate only once no promise is left to settle: then everything waits for time to pass. */
  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#jump()
    })
  }

  #jump(): void {
    let first: Timer | undefined
    for (const timer of this.#timers) if (first === undefined || timer.at < first.at) first = timer
    if (first === undefined || first.at === Infinity) return
    this.#timers.delete(first)
    this.#now = first.at
    first.run()
    this.#schedule()
  }
}
