// Whether the main thread has time for work that another thread could do. Doing it at once costs less in all (no thread is
// woken, and the data is in this core's cache), but what the main thread can not keep up with belongs elsewhere.
import { performance, type EventLoopUtilization } from 'node:perf_hooks'

/** Share of the time that the loop was busy from which on others help, and below which they no longer do. */
const BUSY = 0.95
const AT_EASE = 0.6
/** Milliseconds of each look. */
const INTERVAL = 250

export class LoopLoad {
  readonly #measure: () => EventLoopUtilization
  #last: EventLoopUtilization
  #busy = false

  constructor(measure: () => EventLoopUtilization = () => performance.eventLoopUtilization()) {
    this.#measure = measure
    this.#last = measure()
  }

  /** Of the last quarter of a second or more in which this was asked. */
  get busy(): boolean {
    const now = this.#measure()
    const active = now.active - this.#last.active
    const all = active + now.idle - this.#last.idle
    if (all < INTERVAL) return this.#busy
    this.#last = now
    this.#busy = active / all > (this.#busy ? AT_EASE : BUSY)
    return this.#busy
  }
}
