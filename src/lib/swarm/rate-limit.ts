// A rate that transfers keep to, one direction of a torrent or of all torrents of an engine. What is granted is counted
// when it is asked for, and what is asked for may come late and all at once: so what comes is counted too, and nothing is
// granted while more has come than may.
import { BLOCK_LENGTH } from '../metainfo/block.ts'
import { TokenBucket } from './token-bucket.ts'

/** Seconds of the rate that may go at once after a rest: of ten seconds no more than 2.5 %. */
const GRANT_BURST = 0.25
/** The same of what comes, which peers make come in heaps. */
const ARRIVAL_BURST = 0.5

/** What one torrent keeps to: every limit of a direction holds. Empty: as fast as it goes. */
export interface TransferLimits {
  readonly down: readonly RateLimit[]
  readonly up: readonly RateLimit[]
}

export class RateLimit {
  /** Bytes a second. */
  readonly rate: number
  readonly #granted: TokenBucket
  readonly #arrived: TokenBucket

  constructor(rate: number, now: number) {
    this.rate = rate
    this.#granted = new TokenBucket(rate, Math.max(rate * GRANT_BURST, BLOCK_LENGTH), now)
    this.#arrived = new TokenBucket(rate, Math.max(rate * ARRIVAL_BURST, 2 * BLOCK_LENGTH), now)
  }

  /** @returns when so many bytes more may go: `now`, or later, after those of all who ordered before. */
  order(bytes: number, now: number): number {
    return Math.max(this.#granted.take(bytes, now), this.#arrived.take(0, now))
  }

  /** Bytes that were ordered and will not go. */
  cancel(bytes: number): void {
    this.#granted.giveBack(bytes)
  }

  /** Bytes came, asked for or not. Only for a direction in which others send. */
  arrived(bytes: number, now: number): void {
    this.#arrived.take(bytes, now)
  }
}
