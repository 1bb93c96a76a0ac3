// The ring's slots hold the bytes of the latest whole and current half-seconds, and `#windowed` is always their sum.

/** Milliseconds a slot covers. */
const SLOT = 500
/** Slots in the window: ten seconds, half way between quick and steady (BEP 3 clients use up to 20). */
const SLOTS = 20
/** Milliseconds by which the first bytes are divided at least, so that the first packet does not look like a torrent. */
const MIN_SPAN = 1000

/** Bytes in total, and a second over a window of the last ten seconds. */
export class RateEstimator {
  readonly #slots = new Float64Array(SLOTS)
  #windowed = 0
  #total = 0
  /** When the first bytes came. */
  #start: number | undefined
  /** Number of the current slot: time over SLOT. */
  #current = 0

  get total(): number {
    return this.#total
  }

  /** Counts bytes moved at `now` (milliseconds, monotonic). O(1). */
  add(bytes: number, now: number): void {
    this.#start ??= this.#begin(now)
    this.#advance(now)
    const at = this.#current % SLOTS
    this.#slots[at] = (this.#slots[at] ?? 0) + bytes
    this.#windowed += bytes
    this.#total += bytes
  }

  /** Bytes a second: over the window, or since the first bytes where that is less. O(1). */
  rate(now: number): number {
    if (this.#start === undefined) return 0
    this.#advance(now)
    const windowStart = (this.#current - SLOTS + 1) * SLOT
    const span = Math.max(now - Math.max(this.#start, windowStart), MIN_SPAN)
    return (this.#windowed * 1000) / span
  }

  #begin(now: number): number {
    this.#current = Math.floor(now / SLOT)
    return now
  }

  /** Forgets what has left the window: at most every slot once. */
  #advance(now: number): void {
    const slot = Math.floor(now / SLOT)
    if (slot <= this.#current) return
    const first = Math.max(this.#current + 1, slot - SLOTS + 1)
    for (let passed = first; passed <= slot; passed++) {
      this.#windowed -= this.#slots[passed % SLOTS] ?? 0
      this.#slots[passed % SLOTS] = 0
    }
    this.#current = slot
  }
}
