// How many peers a seed serves at once: as many as make the upload faster. A thin line is shared by few, so that each soon has
// something whole to pass on (eight that share 50 kB a second wait ten seconds for a piece of 64 KiB); but where peers are
// slow to take, more of them are served, or they would keep out the fast. Which it is shows only by trying, once the rate is
// steady: while peers wait, half as many again are served, and no more than before in the next round where little came of it.

/** BEP 3: four, the optimistic one among them. */
const FEWEST = 4
/** Of what the others would add if they took as much as those before, the share below which it was not worth it. */
const WORTHWHILE = 0.75
/** Rounds until it is tried again. */
const PATIENCE = 3
/** The share by which a steady rate changes in a round at most: what grows by itself would be put down to the try. */
const STEADY = 0.1

interface Candidate {
  readonly interested: boolean
  /** Bytes a second from us to the peer. */
  readonly uploadRate: number
}

export class UploadSlots {
  readonly #most: number
  #count: number
  /** What was served, and how fast, before the last try; undefined: none is going on. */
  #before: { readonly count: number; readonly rate: number } | undefined
  #wait = 0
  /** Of the last round. */
  #rate = 0

  /** @param most at least 1. */
  constructor(most: number) {
    this.#most = Math.max(1, most)
    this.#count = Math.min(FEWEST, this.#most)
  }

  get count(): number {
    return this.#count
  }

  /** Once a round, before it is decided who is served. */
  round(peers: readonly Candidate[]): void {
    const rate = peers.reduce((sum, peer) => sum + peer.uploadRate, 0)
    const steady = Math.abs(rate - this.#rate) <= this.#rate * STEADY
    this.#rate = rate
    if (!this.#worthwhile(rate) || !steady || rate === 0) return
    const waiting = peers.filter(peer => peer.interested).length > this.#count
    if (!waiting || this.#count >= this.#most || this.#wait-- > 0) return
    this.#wait = 0
    this.#before = { count: this.#count, rate }
    this.#count = Math.min(this.#most, this.#count + Math.max(1, this.#count >> 1))
  }

  /** Takes the last try back where it was not. */
  #worthwhile(rate: number): boolean {
    const before = this.#before
    this.#before = undefined
    if (before === undefined) return true
    const added = this.#count - before.count
    if (rate - before.rate >= before.rate * (added / before.count) * WORTHWHILE) return true
    this.#count = before.count
    this.#wait = PATIENCE
    return false
  }
}
