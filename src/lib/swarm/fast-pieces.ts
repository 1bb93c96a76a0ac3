// What the fast extension (BEP 6) adds to what we know of a peer: hints of the peer about its pieces, the requests that it
// turned down, and what it may ask of us while we choke it.

/** Pieces kept of those that a peer says it serves while it chokes us; BEP 6 has 10, libtorrent sends 5. */
const MAX_ALLOWED = 64
/** Suggestions kept, the latest first (libtorrent `max_suggest_pieces`). */
const MAX_SUGGESTED = 16
/** Milliseconds without requests after the first refusal; each further one without a block between doubles them. */
const FIRST_PAUSE = 1000
const MAX_PAUSE = 60_000

export class FastPieces {
  /** Pieces that the peer serves us while it chokes us. */
  readonly allowed: Set<number> = new Set()
  /** A hint of the peer, the latest first. */
  suggested: readonly number[] = []
  /** Pieces that we serve the peer while we choke it, and how many more blocks of each. */
  readonly granted: Map<number, number> = new Map()
  /** It is asked for nothing before then: it turned requests down although it does not choke us. */
  pausedUntil: number = 0
  #refusals = 0
  #refusedPiece = -1

  allow(piece: number): void {
    if (this.allowed.size < MAX_ALLOWED) this.allowed.add(piece)
  }

  suggest(piece: number): void {
    this.suggested = [piece, ...this.suggested.filter(other => other !== piece)].slice(0, MAX_SUGGESTED)
  }

  unsuggest(piece: number): void {
    if (this.suggested.includes(piece)) this.suggested = this.suggested.filter(other => other !== piece)
  }

  /**
   * A request was turned down by a peer that does not choke us. What else it turns down during the pause that follows was
   * asked for before, and tells nothing new.
   * @returns `again` where it is the piece of the last refusal that mattered: the peer hardly has it.
   */
  refused(piece: number, now: number): 'first' | 'again' {
    if (now < this.pausedUntil) return 'first'
    const outcome = piece === this.#refusedPiece ? 'again' : 'first'
    this.#refusedPiece = piece
    this.pausedUntil = now + Math.min(MAX_PAUSE, FIRST_PAUSE * 2 ** this.#refusals)
    this.#refusals++
    return outcome
  }

  /** A block came: the peer does serve us. */
  served(): void {
    this.#refusals = 0
    this.pausedUntil = 0
  }
}
