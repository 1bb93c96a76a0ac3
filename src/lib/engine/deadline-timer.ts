// The one timer of a torrent: it ends at the deadline that was given last, hardly ever before it, together with those of other
// torrents where it may, and after what has arrived where the process was suspended.

/** Milliseconds by which a timer is late where the process was suspended: sockets have not been read since. */
const SUSPENDED = 2_000
/** Milliseconds between the moments at which timers that are not urgent end: hundreds of idle torrents then wake the process together. */
const BEAT = 100

export class DeadlineTimer {
  readonly #now: () => number
  readonly #onDue: () => void
  #timer: NodeJS.Timeout | undefined
  #deadline = Infinity
  #stopped = false

  /** @param now milliseconds, monotonic. */
  constructor(now: () => number, onDue: () => void) {
    this.#now = now
    this.#onDue = onDue
  }

  /** Takes the place of an earlier deadline; Infinity: none. Cheap where it is the same. */
  arm(deadline: number): void {
    if (this.#stopped || deadline === this.#deadline) return
    clearTimeout(this.#timer)
    this.#deadline = deadline
    if (deadline === Infinity) return
    const now = this.#now()
    const at = deadline - now > BEAT ? Math.ceil(deadline / BEAT) * BEAT : deadline
    this.#timer = setTimeout(
      () => {
        if (this.#now() - deadline < SUSPENDED) this.#end()
        // What has arrived meanwhile comes first: peers that have written are not silent.
        else setImmediate(() => this.#end())
      },
      Math.max(1, at - now),
    )
  }

  /** For good. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #end(): void {
    this.#deadline = Infinity
    if (!this.#stopped) this.#onDue()
  }
}
