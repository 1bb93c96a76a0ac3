// Every piece on offer stands in exactly one bucket: the one of the number of connected leeches that have it. (Only while
// `#unsorted` may the bucket be an outdated one; the next look sorts first.) Seeds have everything, so they are counted
// apart: one joining or leaving changes no piece's rank, and bucket 0 holds what only seeds have.
import { Bitfield } from '../base/bitfield.ts'
import { firstCommon, forEachPiece } from './bits.ts'
import { randomIndex, shuffle } from './random.ts'

/** Moving a piece to the next bucket costs about four times as much as placing it anew when all are sorted at once. */
const MOVE_COST = 4
/** Misses after which a search gives up on the buckets, even in a small torrent. */
const MIN_MISSES = 64
/** Looking at one piece in its bucket costs about as much as reading 16 pieces' bits in order. */
const PIECES_PER_MISS = 16

/** A search that found nothing finds nothing again until a piece comes on offer or the peer has more. */
interface Fruitless {
  readonly offers: number
  readonly count: number
}

export class Availability {
  readonly #random: () => number
  /** How many connected leeches have each piece. */
  readonly #leeches: Uint16Array
  /** Where in its bucket a piece on offer stands. */
  readonly #place: Uint32Array
  readonly #fruitless = new WeakMap<Bitfield, Fruitless>()
  /** Bitfields that were complete when their peer joined, and how many peers share them. */
  readonly #seeds = new Map<Bitfield, number>()
  #seedCount = 0
  #offered: Bitfield
  #buckets: number[][] = []
  #unsorted = false
  /** Grows whenever a piece comes on offer. */
  #offers = 0

  /** @param random uniform in 0 ≤ x < 1, for ties. */
  constructor(pieceCount: number, random: () => number) {
    this.#random = random
    this.#leeches = new Uint16Array(pieceCount)
    this.#place = new Uint32Array(pieceCount)
    this.#offered = new Bitfield(pieceCount)
  }

  /** How many connected peers have the piece. */
  of(piece: number): number {
    return (this.#leeches[piece] ?? 0) + this.#seedCount
  }

  /** Whether a piece is on offer that a connected peer has. */
  get obtainable(): boolean {
    this.#sort()
    const nobodyHas = this.#seedCount > 0 ? 0 : (this.#buckets[0]?.length ?? 0)
    return this.#offered.count > nobodyHas
  }

  /** Counts a peer in. O(1) for a seed, else O(pieces it has). A leech's bitfield must belong to it alone. */
  addPeer(bits: Bitfield): void {
    if (bits.complete) {
      this.#seeds.set(bits, (this.#seeds.get(bits) ?? 0) + 1)
      this.#seedCount++
    } else this.#countAll(bits, 1)
  }

  /** Counts a peer out: the same object that came in with `addPeer`, with what the peer has gained since. */
  removePeer(bits: Bitfield): void {
    const sharing = this.#seeds.get(bits)
    if (sharing === undefined) return this.#countAll(bits, -1)
    this.#seedCount--
    if (sharing === 1) this.#seeds.delete(bits)
    else this.#seeds.set(bits, sharing - 1)
  }

  /** A connected leech now has this piece. O(1). */
  gained(piece: number): void {
    this.#count(piece, 1)
  }

  /** Offers exactly these pieces. O(pieces). */
  reset(pieces: Bitfield): void {
    this.#offered = pieces.clone()
    this.#offers++
    this.#unsorted = false
    this.#buckets = []
    for (const piece of shuffle([...pieces.indices()], this.#random)) this.#insert(piece)
  }

  /** Puts a piece on offer. O(1). */
  offer(piece: number): void {
    if (!this.#offered.set(piece)) return
    this.#offers++
    this.#insert(piece)
  }

  /** Takes a piece off offer. O(1). */
  withdraw(piece: number): void {
    if (!this.#offered.clear(piece)) return
    this.#sort()
    this.#remove(piece)
  }

  /**
   * The piece on offer that the fewest peers have, of those in `has` (a peer's that was counted in); ties are random.
   * A seed's first look succeeds. A leech has a piece of bucket n with a chance of n in the number of leeches, so that
   * many looks are expected; never more than a sixteenth of the pieces, and then reading of an eighth as many bytes.
   */
  rarest(has: Bitfield): number | undefined {
    if (has.count === 0 || this.#offered.count === 0) return undefined
    const before = this.#fruitless.get(has)
    if (before?.offers === this.#offers && before.count === has.count) return undefined
    const found = this.#search(has)
    if (found === undefined) this.#fruitless.set(has, { offers: this.#offers, count: has.count })
    return found
  }

  /** Any piece on offer that is in `has`, at random: the first after a random place. */
  any(has: Bitfield): number | undefined {
    if (has.count === 0 || this.#offered.count === 0) return undefined
    return firstCommon(has, this.#offered, randomIndex(has.length, this.#random))
  }

  #search(has: Bitfield): number | undefined {
    this.#sort()
    let misses = Math.max(MIN_MISSES, Math.floor(has.length / PIECES_PER_MISS))
    // No leech has what stands in bucket 0.
    for (let rank = has.complete ? 0 : 1; rank < this.#buckets.length; rank++) {
      const bucket = this.#buckets[rank] ?? []
      // Without a random start, what a peer lacks would gather in front and be passed over again and again.
      let at = bucket.length === 0 ? 0 : randomIndex(bucket.length, this.#random)
      for (let left = bucket.length; left > 0; left--) {
        const piece = bucket[at] ?? 0
        if (has.has(piece)) return piece
        if (--misses === 0) return this.#rarestByWalk(has)
        at = at + 1 === bucket.length ? 0 : at + 1
      }
    }
    return undefined
  }

  /** For a peer that has few pieces and common ones. */
  #rarestByWalk(has: Bitfield): number | undefined {
    let best: number | undefined
    let lowest = Infinity
    let ties = 0
    let piece = firstCommon(has, this.#offered, 0)
    const first = piece
    while (piece !== undefined) {
      const leeches = this.#leeches[piece] ?? 0
      if (leeches < lowest) ties = 0
      if (leeches <= lowest) {
        lowest = leeches
        ties++
        // The latest of n ties takes the place with a chance of 1 in n, which makes all equally likely.
        if (randomIndex(ties, this.#random) === 0) best = piece
      }
      piece = piece + 1 < has.length ? firstCommon(has, this.#offered, piece + 1) : first
      if (piece === first) break
    }
    return best
  }

  #countAll(bits: Bitfield, by: 1 | -1): void {
    if (bits.count * MOVE_COST > this.#offered.count) this.#unsorted = true
    forEachPiece(bits, piece => this.#count(piece, by))
  }

  #count(piece: number, by: 1 | -1): void {
    const moves = !this.#unsorted && this.#offered.has(piece)
    if (moves) this.#remove(piece)
    this.#leeches[piece] = (this.#leeches[piece] ?? 0) + by
    if (moves) this.#insert(piece)
  }

  #sort(): void {
    if (!this.#unsorted) return
    this.#unsorted = false
    const pieces = this.#buckets.flat()
    this.#buckets = []
    for (const piece of pieces) this.#insert(piece)
  }

  #insert(piece: number): void {
    const rank = this.#leeches[piece] ?? 0
    while (this.#buckets.length <= rank) this.#buckets.push([])
    const bucket = this.#buckets[rank] ?? []
    this.#place[piece] = bucket.length
    bucket.push(piece)
  }

  #remove(piece: number): void {
    const bucket = this.#buckets[this.#leeches[piece] ?? 0] ?? []
    const place = this.#place[piece] ?? 0
    const last = bucket.pop() ?? piece
    if (last === piece) return
    bucket[place] = last
    this.#place[last] = place
  }
}
