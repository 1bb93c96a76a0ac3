// How many requests to have outstanding with a peer: what it delivers in the time that its queue may take, never less than
// its distance demands. The count moves by at most one for each block that comes, so that it doubles in a round trip while
// there is more to be had, and a burst or a stall does not turn it over.
import { BLOCK_LENGTH } from '../metainfo/block.ts'

/** With less than two a peer would sit idle while a request travels (libtorrent `min_request_queue`). */
export const MIN_REQUESTS = 2
/** What libtorrent starts with. */
export const INITIAL_REQUESTS = 4
/** Requests that wait in a peer's queue (libtorrent `max_out_request_queue`). */
export const MAX_REQUESTS = 500
/** Milliseconds of its rate, to a peer so fast that these are more: hundreds can then be asked for in one go. */
const MIN_QUEUE = 25
/** The most to a peer far away, so that its distance is covered: 1 Gbit/s at 200 ms. libtorrent takes 2000 (`reqq`). */
export const MAX_DISTANT_REQUESTS = 2000
/** What a peer takes that does not say (BEP 10 `reqq`, "the default in libtorrent is 250"). */
export const DEFAULT_REQQ = 250
/**
 * Round trips that the requests cover: with one the pipe would just be full, it is refilled when half is left, and what is
 * measured grows only while there is more than that.
 */
const ROUND_TRIPS = 3
/** How much more than one round trip's worth is outstanding when more is asked for. */
const REFILL_MARGIN = 1.25
/** Milliseconds over which a rate is measured at least: timers and packets are too coarse for less. */
const MIN_SAMPLE = 20
/** Milliseconds in which a measured rate is believed, where it is more than before, and where it is less. */
const RISE_TIME = 250
const FALL_TIME = 2000
/** Milliseconds without a block or a request after which what was measured before says nothing: it starts again. */
const IDLE = 10_000

export class Pipeline {
  #limit = DEFAULT_REQQ
  #size = INITIAL_REQUESTS
  /** Requests sent and blocks received, each in total: peers answer in order (BEP 3 practice), so these say which came. */
  #asked = 0
  #came = 0
  #lastBlock = Infinity
  /** The request with whose answer a sample ends, by its number; 0: none is being taken. */
  #mark = 0
  /** When the sample began, with a request that was sent then, and how many blocks had come. */
  #sampleAt = 0
  #sampleFrom = 0
  /** The request with whose answer a round trip ends, and when it was sent; 0: none. */
  #probe = 0
  #probedAt = 0
  /** Milliseconds: the shortest time from a request to its block. */
  #roundTrip = Infinity
  /** Blocks a millisecond, while some were outstanding; 0: not known. */
  #rate = 0
  /** The rate is that of the first block alone, whose journey counts in full. */
  #guessed = false

  /** How many requests should be outstanding. */
  get size(): number {
    return Math.min(this.#size, this.#limit)
  }

  /** More are asked for once no more than these are outstanding: many in one go, yet before the pipe runs dry. */
  get refillAt(): number {
    const { size } = this
    const filled = this.#rate === 0 ? 0 : this.#rate * this.#roundTrip * REFILL_MARGIN
    return Math.min(size - Math.ceil(size / 8), Math.max(size / 2, filled))
  }

  /** Bytes a second that the peer delivers while it is asked for any; 0: not known. */
  get rate(): number {
    return this.#rate * BLOCK_LENGTH * 1000
  }

  /** Milliseconds until the last of so many blocks has come, while nothing else does; undefined: not known. */
  timeFor(blocks: number): number | undefined {
    return this.#rate === 0 ? undefined : blocks / this.#rate
  }

  /** Milliseconds from a request to its block at the least; 0: not known. */
  get roundTrip(): number {
    return this.#roundTrip === Infinity ? 0 : this.#roundTrip
  }

  /** The most that the peer says it takes (BEP 10 `reqq`); below 1 it is taken for 1. */
  setLimit(reqq: number): void {
    this.#limit = Math.min(MAX_DISTANT_REQUESTS, Math.max(1, Math.floor(reqq)))
  }

  /** So many requests were sent. O(1). */
  onRequests(count: number, now: number): void {
    if (this.#asked === this.#came && now - this.#lastBlock >= IDLE) this.#restart()
    if (this.#probe === 0) {
      // The first of these; with nothing before it in the queue, it tells the distance.
      this.#probe = this.#asked + 1
      this.#probedAt = now
    }
    this.#asked += count
    if (this.#mark > 0) return
    this.#mark = this.#asked
    this.#sampleAt = now
    this.#sampleFrom = this.#came
  }

  /** So many of the requests, most likely late ones, will not be answered. O(1). */
  onVoid(count: number): void {
    this.#asked = Math.max(this.#came, this.#asked - count)
    if (this.#probe > this.#asked) this.#probe = 0
    if (this.#mark > this.#asked) this.#mark = this.#asked > this.#came ? this.#asked : 0
  }

  /**
   * A block came. O(1).
   * @param now milliseconds, monotonic.
   * @param queueTime milliseconds of its rate that may wait in the peer's queue.
   */
  onBlock(now: number, queueTime: number): void {
    this.#lastBlock = now
    this.#came++
    // One that was cancelled, and had left already.
    this.#asked = Math.max(this.#asked, this.#came)
    if (this.#probe > 0 && this.#came >= this.#probe) {
      this.#onProbe(Math.max(1, now - this.#probedAt))
    }
    if (this.#mark > 0 && this.#came >= this.#mark) this.#measure(now)
    const target = this.#target(queueTime)
    if (this.#size < target) this.#size++
    else if (this.#size > target) this.#size--
  }

  #target(queueTime: number): number {
    if (this.#rate === 0 || (this.#guessed && this.#roundTrip < queueTime / 4)) return MAX_REQUESTS
    const near = Math.min(this.#rate * queueTime, Math.max(MAX_REQUESTS, this.#rate * MIN_QUEUE))
    // A block's own journey through a thin pipe is no distance.
    const far = (this.#rate * this.#roundTrip - 1) * ROUND_TRIPS
    return Math.max(MIN_REQUESTS, Math.ceil(Math.min(Math.max(near, far), MAX_DISTANT_REQUESTS)))
  }

  #onProbe(delay: number): void {
    this.#probe = 0
    this.#roundTrip = Math.min(this.#roundTrip, delay)
    if (this.#rate > 0) return
    this.#rate = 1 / delay
    this.#guessed = true
  }

  /** The marked request is answered. A sample that is too short goes on while there is something to wait for. */
  #measure(now: number): void {
    const elapsed = now - this.#sampleAt
    const waiting = this.#asked > this.#came
    this.#mark = waiting && elapsed < MIN_SAMPLE ? this.#asked : 0
    if (this.#mark === 0 && elapsed > 0) this.#believe((this.#came - this.#sampleFrom) / elapsed, elapsed)
  }

  #believe(rate: number, elapsed: number): void {
    const share = Math.min(1, elapsed / (rate > this.#rate ? RISE_TIME : FALL_TIME))
    this.#rate = this.#guessed || this.#rate === 0 ? rate : this.#rate + (rate - this.#rate) * share
    this.#guessed = false
  }

  #restart(): void {
    this.#size = INITIAL_REQUESTS
    this.#rate = 0
    this.#roundTrip = Infinity
  }
}
