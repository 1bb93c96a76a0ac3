// Collects a payload that came in several chunks. It never holds more than twice what has arrived (or 16 KiB), so a
// peer can not make us allocate by announcing a length alone.

const FIRST_CAPACITY = 16_384
const NOTHING = new Uint8Array(0)

export class Gather {
  #bytes = NOTHING
  #length = 0

  get length(): number {
    return this.#length
  }

  /** @param total how long the payload will be in the end, in bytes. */
  append(part: Uint8Array, total: number): void {
    const needed = this.#length + part.length
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.min(total, Math.max(FIRST_CAPACITY, needed, this.#bytes.length * 2)))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    this.#bytes.set(part, this.#length)
    this.#length = needed
  }

  /** Hands over the payload, the receiver's to keep, and starts afresh. */
  take(): Uint8Array {
    const payload = this.#bytes.subarray(0, this.#length)
    this.#bytes = NOTHING
    this.#length = 0
    return payload
  }
}
