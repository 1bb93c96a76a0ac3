// An input in the making, of at most so many bytes: whatever is done to it, it fits.

export class Draft {
  readonly #bytes: Uint8Array
  #length = 0

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  load(bytes: Uint8Array): void {
    this.#length = Math.min(bytes.length, this.#bytes.length)
    this.#bytes.set(bytes.subarray(0, this.#length))
  }

  at(index: number): number {
    return this.#bytes[index] ?? 0
  }

  /** A copy of `length` bytes, or of as many as there are. */
  copy(from: number, length: number): Uint8Array {
    return this.#bytes.slice(from, Math.min(this.#length, from + length))
  }

  /** Puts bytes in the place of others. */
  replace(from: number, removed: number, inserted: Uint8Array): void {
    const end = Math.min(this.#length, from + removed)
    const kept = this.#length - end
    const added = Math.min(inserted.length, this.#bytes.length - from - kept)
    this.#bytes.copyWithin(from + added, end, this.#length)
    this.#bytes.set(inserted.subarray(0, added), from)
    this.#length = from + added + kept
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}
