// What waits to be sent: small messages side by side in one buffer, block data by reference, in the order queued.
// A byte handed out by `poll` is never written again, so the transport may hold it as long as it likes.

/** The buffer comes with the first message, and the next one is twice as long: most peers are told little. */
const FIRST_LENGTH = 256
/** Room for 960 requests. */
const MAX_LENGTH = 16_384
/** Chunks handed out that the list may still hold on to. */
const FORGET_AFTER = 32

export class Outbox {
  /** Chunks that are complete; those before #head have been handed out. */
  #chunks: Uint8Array[] = []
  #head = 0
  /** The buffer that messages are written into: handed out up to #start, written up to #end. */
  #buffer = new Uint8Array(0)
  #start = 0
  #end = 0
  #queued = 0

  /** Bytes not yet handed out. */
  get queued(): number {
    return this.#queued
  }

  /** The buffer that the offset of the last `reserve` belongs to. */
  get buffer(): Uint8Array {
    return this.#buffer
  }

  /** Makes room for a message. @returns its offset in `buffer`; all `length` bytes must be written at once. */
  reserve(length: number): number {
    if (this.#end + length > this.#buffer.length) {
      this.#seal()
      this.#buffer = new Uint8Array(Math.max(length, this.#nextLength()))
      this.#start = 0
      this.#end = 0
    }
    const at = this.#end
    this.#end += length
    this.#queued += length
    return at
  }

  /** Queues bytes by reference: they must stay as they are until they have been sent. */
  push(data: Uint8Array): void {
    if (data.length === 0) return
    this.#seal()
    this.#chunks.push(data)
    this.#queued += data.length
  }

  /** The next chunk to send, or undefined where nothing waits. */
  poll(): Uint8Array | undefined {
    if (this.#head === this.#chunks.length) this.#seal()
    const chunk = this.#chunks[this.#head]
    if (chunk === undefined) return undefined
    this.#head++
    if (this.#head === this.#chunks.length || this.#head === FORGET_AFTER) {
      this.#chunks.splice(0, this.#head)
      this.#head = 0
    }
    this.#queued -= chunk.length
    return chunk
  }

  clear(): void {
    this.#chunks = []
    this.#head = 0
    this.#buffer = new Uint8Array(0)
    this.#start = 0
    this.#end = 0
    this.#queued = 0
  }

  #nextLength(): number {
    return Math.min(MAX_LENGTH, Math.max(FIRST_LENGTH, 2 * this.#buffer.length))
  }

  #seal(): void {
    if (this.#start === this.#end) return
    this.#chunks.push(this.#buffer.subarray(this.#start, this.#end))
    this.#start = this.#end
  }
}
