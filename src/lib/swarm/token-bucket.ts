// Tokens are bytes. They come at a steady rate, are kept up to the burst and no further, and can be owed: what is taken
// beyond what is there is paid for by the tokens that come next, so in the long run no more is taken than has come.

export class TokenBucket {
  /** Bytes a second. */
  readonly rate: number
  readonly #burst: number
  #tokens = 0
  /** When the tokens were counted last. */
  #at: number

  /** Empty at first, so that whoever begins gets the rate and no more. @param burst bytes. */
  constructor(rate: number, burst: number, now: number) {
    this.rate = rate
    this.#burst = burst
    this.#at = now
  }

  /** @returns when what has been taken is paid for, these bytes included: `now`, or later. O(1). */
  take(bytes: number, now: number): number {
    this.#put(((now - this.#at) * this.rate) / 1000)
    this.#at = now
    this.#tokens -= bytes
    return this.#tokens >= 0 ? now : now - (this.#tokens * 1000) / this.rate
  }

  /** Bytes that were taken and not used. */
  giveBack(bytes: number): void {
    this.#put(bytes)
  }

  #put(tokens: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + tokens)
  }
}
