// One direction of a torrent under limits. Peers that could move a block stand in line and take turns; a turn is given
// only for bytes that every limit has granted. The lane orders from its limits one portion at a time, so that torrents
// that share a limit get equal parts of it, whatever the number of their peers; while nobody waits it holds nothing.
import { BLOCK_LENGTH } from '../metainfo/block.ts'
import type { RateLimit } from './rate-limit.ts'

/** Seconds of the rate that are ordered at once, where that is more than a block: a wake-up for each block is too many. */
const PORTION = 0.01

/** Moves blocks for a peer: one, and more while they fit into `share` bytes. @returns their bytes; 0: it needs none. */
export type Move<Peer> = (peer: Peer, share: number, now: number) => number

export class Lane<Peer> {
  /** Bytes a second, of the strictest limit. */
  readonly rate: number
  readonly #limits: readonly RateLimit[]
  readonly #move: Move<Peer>
  readonly #portion: number
  /** Whoever had a turn goes to the end. */
  readonly #line = new Set<Peer>()
  /** What a peer got beyond its share, when its block was larger: it lets as much pass. */
  readonly #ahead = new Map<Peer, number>()
  /** Bytes granted and not used; below zero after a block that was larger than what there was. */
  #balance = 0
  #ordered = 0
  /** When what is ordered may go. */
  #due = 0

  /** @param limits one at least. */
  constructor(limits: readonly RateLimit[], move: Move<Peer>) {
    this.#limits = limits
    this.#move = move
    this.rate = Math.min(...limits.map(limit => limit.rate))
    this.#portion = Math.max(BLOCK_LENGTH, Math.ceil(this.rate * PORTION))
  }

  /** When `handleTimeout` is wanted. */
  get deadline(): number {
    return this.#line.size > 0 ? this.#due : Infinity
  }

  /** The peer has something to move: at once if it may, else in its turn. O(1) while nothing may go. */
  join(peer: Peer, now: number): void {
    this.#line.add(peer)
    this.handleTimeout(now)
  }

  leave(peer: Peer): void {
    this.#line.delete(peer)
    this.#ahead.delete(peer)
    if (this.#line.size === 0) this.#settle()
  }

  /** Gives turns while there are bytes for them. Safe to call early. */
  handleTimeout(now: number): void {
    for (const peer of this.#line) {
      if (!this.#granted(now)) return
      this.#line.delete(peer)
      if (this.#turn(peer, now)) this.#line.add(peer)
    }
    this.#settle()
  }

  /** Bytes of a turn that will not move after all. */
  refund(bytes: number): void {
    for (const limit of this.#limits) limit.cancel(bytes)
  }

  /** See RateLimit. */
  arrived(bytes: number, now: number): void {
    for (const limit of this.#limits) limit.arrived(bytes, now)
  }

  /** Gives back what it holds; nobody stands in line any more. */
  close(): void {
    this.#line.clear()
    this.#settle()
  }

  #granted(now: number): boolean {
    if (this.#balance > 0) return true
    if (this.#ordered === 0) {
      this.#ordered = this.#portion - this.#balance
      this.#due = Math.max(...this.#limits.map(limit => limit.order(this.#ordered, now)))
    }
    if (now < this.#due) return false
    this.#balance += this.#ordered
    this.#ordered = 0
    return true
  }

  /** @returns whether the peer may want another. */
  #turn(peer: Peer, now: number): boolean {
    const ahead = this.#ahead.get(peer) ?? 0
    const share = Math.max(BLOCK_LENGTH, Math.floor(this.#balance / (this.#line.size + 1)))
    if (ahead >= share) {
      this.#ahead.set(peer, ahead - share)
      return true
    }
    const bytes = this.#move(peer, share - ahead, now)
    if (bytes === 0) return false
    this.#balance -= bytes
    const excess = bytes - (share - ahead)
    if (excess > 0) this.#ahead.set(peer, excess)
    else this.#ahead.delete(peer)
    return true
  }

  #settle(): void {
    const held = Math.max(0, this.#balance) + this.#ordered
    if (held > 0) this.refund(held)
    this.#balance = Math.min(0, this.#balance)
    this.#ordered = 0
  }
}
