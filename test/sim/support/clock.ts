// Virtual time: events happen in order of their time, and of two at one time in the order they were scheduled.
import { Heap } from '../../../src/lib/discovery/heap.ts'

export interface Timer {
  readonly at: number
  cancel(): void
}

interface Entry {
  readonly at: number
  readonly order: number
  act: (() => void) | undefined
}

export class Clock {
  /** Milliseconds. */
  now = 0
  /** That have happened. */
  events = 0
  #order = 0
  readonly #heap = new Heap<Entry>((a, b) => (a.at === b.at ? a.order < b.order : a.at < b.at))

  /** @param at milliseconds; what is past is done next. */
  schedule(at: number, act: () => void): Timer {
    const entry: Entry = { at: Math.max(at, this.now), order: this.#order++, act }
    this.#heap.push(entry)
    return { at: entry.at, cancel: () => (entry.act = undefined) }
  }

  after(delay: number, act: () => void): Timer {
    return this.schedule(this.now + delay, act)
  }

  /** Runs all that happens in the next `duration` milliseconds. */
  run(duration: number): void {
    const end = this.now + duration
    for (let next = this.#heap.peek(); next !== undefined && next.at <= end; next = this.#heap.peek()) this.#step(next)
    this.now = end
  }

  /** Runs until the condition holds. @throws where it does not within `limit` milliseconds, or nothing happens any more. */
  runUntil(what: string, condition: () => boolean, limit: number): void {
    const end = this.now + limit
    while (!condition()) {
      const next = this.#heap.peek()
      if (next === undefined || next.at > end) throw new Error(`not within ${limit} virtual ms: ${what}`)
      this.#step(next)
    }
  }

  #step(entry: Entry): void {
    this.#heap.pop()
    if (entry.act === undefined) return
    this.events++
    this.now = entry.at
    entry.act()
  }
}
