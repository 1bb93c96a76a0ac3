// The order in which idle peers are dialed: those that are ready, the best first, and those whose back-off has not ended. A peer
// is in it once at most: what the heaps hold of it from before it was put there last, or withdrawn, is stale and passed over.
import type { PeerAddress } from '../base/address.ts'
import { Heap } from './heap.ts'

export interface Candidate {
  readonly address: PeerAddress
  readonly failures: number
  readonly lastTried: number
  readonly notBefore: number
  /** Counts the peer's moves; the queue's alone. */
  move: number
}

/** A peer as it was when it was queued: the keys of a heap must not change under it. */
interface Entry {
  readonly peer: Candidate
  readonly move: number
  readonly failures: number
  readonly lastTried: number
  readonly notBefore: number
  /** Of two that are alike else, the greater comes first. */
  readonly priority: number
}

export class DialQueue {
  #ready = new Heap<Entry>(better)
  readonly #waiting = new Heap<Entry>((a, b) => a.notBefore < b.notBefore)
  #priority: (address: PeerAddress) => number = () => 0

  /** It may be dialed at once. */
  ready(peer: Candidate): void {
    peer.move++
    this.#ready.push(this.#entryOf(peer))
  }

  /** It may be dialed from its `notBefore` on. */
  wait(peer: Candidate): void {
    peer.move++
    this.#waiting.push(this.#entryOf(peer))
  }

  /** It is not to be dialed. */
  withdraw(peer: Candidate): void {
    peer.move++
  }

  /** Fewest failures, then least recently tried, then by `rank`. */
  best(now: number): PeerAddress | undefined {
    this.#promote(now)
    for (let entry = this.#ready.peek(); entry !== undefined; entry = this.#ready.peek()) {
      if (entry.move === entry.peer.move) return entry.peer.address
      this.#ready.pop()
    }
    return undefined
  }

  rank(priority: (address: PeerAddress) => number): void {
    this.#priority = priority
    const before = this.#ready
    this.#ready = new Heap<Entry>(better)
    for (let entry = before.pop(); entry !== undefined; entry = before.pop()) {
      if (entry.move === entry.peer.move) this.#ready.push(this.#entryOf(entry.peer))
    }
  }

  /** When the next back-off ends; Infinity: none is waited for. */
  deadline(now: number): number {
    this.#promote(now)
    return this.#waiting.peek()?.notBefore ?? Infinity
  }

  /** Moves the peers whose back-off has ended to the ready ones. */
  #promote(now: number): void {
    for (let entry = this.#waiting.peek(); entry !== undefined; entry = this.#waiting.peek()) {
      const stale = entry.move !== entry.peer.move
      if (!stale && entry.notBefore > now) return
      this.#waiting.pop()
      if (!stale) this.#ready.push(this.#entryOf(entry.peer))
    }
  }

  #entryOf(peer: Candidate): Entry {
    const { address, move, failures, lastTried, notBefore } = peer
    return { peer, move, failures, lastTried, notBefore, priority: this.#priority(address) }
  }
}

function better(a: Entry, b: Entry): boolean {
  if (a.failures !== b.failures) return a.failures < b.failures
  return a.lastTried === b.lastTried ? a.priority > b.priority : a.lastTried < b.lastTried
}
