// How long a request may wait in a peer's queue: so long that what all peers owe us together has a place in memory, and among
// the pieces that may be begun at all. So a crowd is asked for little each, and no piece waits long for one of its blocks.
import type { SwarmPeer } from './peer.ts'

/** Milliseconds: what a sender that pauses for a moment still has to send. libtorrent asks for 3 s (`request_queue_time`). */
const MAX_QUEUE_TIME = 2000
/** Milliseconds that we or the sender may be busy with something else. */
const MIN_QUEUE_TIME = 100
/** Milliseconds between looks at all peers. */
const INTERVAL = 250

export class QueueTime {
  readonly #peers: ReadonlyMap<unknown, SwarmPeer>
  readonly #pieceLength: number
  readonly #budget: () => number
  #value = MAX_QUEUE_TIME
  #next = 0

  /** @param budget bytes of the pieces that may be under way. */
  constructor(peers: ReadonlyMap<unknown, SwarmPeer>, pieceLength: number, budget: () => number) {
    this.#peers = peers
    this.#pieceLength = pieceLength
    this.#budget = budget
  }

  /** Milliseconds. O(1), and O(peers) a few times a second. */
  at(now: number): number {
    if (now >= this.#next) {
      this.#next = now + INTERVAL
      this.#value = this.#measure()
    }
    return this.#value
  }

  #measure(): number {
    let rate = 0
    for (const peer of this.#peers.values()) if (peer.connection?.peerChoking === false) rate += peer.pipeline.rate
    // One piece is being checked and one filled by slow peers; the others are half full on the way.
    const bytes = Math.max(0, this.#budget() - 2 * this.#pieceLength) / 2
    const time = rate === 0 ? MAX_QUEUE_TIME : (bytes * 1000) / rate
    return Math.max(MIN_QUEUE_TIME, Math.min(MAX_QUEUE_TIME, time))
  }
}
