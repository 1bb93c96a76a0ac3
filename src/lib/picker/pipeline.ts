// How many requests to have outstanding with a peer: enough to keep its pipe full for REQUEST_QUEUE_TIME at the measured
// rate, and at first, while the rate is unknown, one more for every block that comes.
import { BLOCK_LENGTH } from '../metainfo/block.ts'

/** Seconds of download to have requested ahead (libtorrent `request_queue_time`). */
const REQUEST_QUEUE_TIME = 3
/** With less than two a peer would sit idle while a request travels. */
export const MIN_REQUESTS = 2
/** What libtorrent starts with. */
const INITIAL_REQUESTS = 4
/** libtorrent `max_out_request_queue`. */
export const MAX_REQUESTS = 500
/** What a peer takes that does not say (BEP 10 `reqq`, "the default in libtorrent is 250"). */
export const DEFAULT_REQQ = 250
/** Milliseconds over which two rates are compared to see whether the rate still grows. */
const SLOW_START_ROUND = 1000
/** A rate that grew by less than a tenth has levelled out. */
const SLOW_START_GROWTH = 1.1
/** Milliseconds without a block after which the rate measured before says nothing: it starts again. */
const IDLE = 10_000

/**
 * @param rate bytes a second.
 * @param delay seconds of download to keep requested.
 * @param limit what the peer takes.
 */
export function requestsFor(rate: number, delay: number, limit: number): number {
  const wanted = Math.ceil((rate * delay) / BLOCK_LENGTH)
  return Math.max(1, Math.min(Math.max(wanted, MIN_REQUESTS), MAX_REQUESTS, limit))
}

export class Pipeline {
  readonly #delay: number
  #limit = DEFAULT_REQQ
  #size = INITIAL_REQUESTS
  #slowStart = true
  #lastBlock: number | undefined
  #roundStart = 0
  #roundBlocks = 0
  /** Blocks a millisecond in the round before; 0 where there was none. */
  #lastRate = 0

  /** @param delay seconds of download to keep requested. */
  constructor(delay: number = REQUEST_QUEUE_TIME) {
    this.#delay = delay
  }

  /** How many requests should be outstanding. */
  get size(): number {
    return Math.min(this.#size, this.#limit)
  }

  /** The most that the peer says it takes (BEP 10 `reqq`); below 1 it is taken for 1. */
  setLimit(reqq: number): void {
    this.#limit = Math.min(MAX_REQUESTS, Math.max(1, Math.floor(reqq)))
  }

  /**
   * A block came. O(1).
   * @param rate the peer's download rate, bytes a second, over the last seconds.
   * @param now milliseconds, monotonic.
   */
  onBlock(rate: number, now: number): void {
    if (this.#lastBlock === undefined || now - this.#lastBlock >= IDLE) this.#restart(now)
    this.#lastBlock = now
    if (!this.#slowStart) {
      this.#size = requestsFor(rate, this.#delay, this.#limit)
      return
    }
    this.#size = Math.min(this.#size + 1, MAX_REQUESTS)
    this.#roundBlocks++
    if (now - this.#roundStart >= SLOW_START_ROUND) this.#endRound(now)
  }

  #restart(now: number): void {
    this.#slowStart = true
    this.#size = INITIAL_REQUESTS
    this.#lastRate = 0
    this.#roundStart = now
    this.#roundBlocks = 0
  }

  #endRound(now: number): void {
    const rate = this.#roundBlocks / (now - this.#roundStart)
    if (rate < this.#lastRate * SLOW_START_GROWTH) this.#slowStart = false
    this.#lastRate = rate
    this.#roundStart = now
    this.#roundBlocks = 0
  }
}
