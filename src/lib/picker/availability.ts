// Every piece on offer stands in exactly one bucket: the one of the number of connected leeches that have it. (Only while
// `#unsorted` may the bucket be an outdated one; the next look sorts first.) Seeds have everything, so they are counted
// apart: one joining or leaving changes no piece's rank, and bucket 0 holds what only seeds have.
import { Bitfield } from '../base/bitfield.ts'
import { firstCommon, forEachPiece } from './bits.ts'
import { Buckets } from './buckets.ts'
import { randomIndex, shuffle } from './random.ts'
import { Shortlist } from './shortlist.ts'

/** Moving a piece to the next bucket costs about four times as much as placing it anew when all are sorted at once. */
const MOVE_COST = 4
/** Misses after which reading the peer's whole bitfield once, for hundreds of picks, costs less than going on. */
const MAX_MISSES = 64
/** A shortlist is used until this share of the pieces may have changed rank since. */
const STALE_SHARE = 1 / 4

/** A search that found nothing finds nothing again until a piece comes on offer or the peer has more. */
interface Fruitless {
  readonly offers: number
  readonly count: number
}

export class Availability {
  readonly #random: () => number
  /** How many connected leeches have each piece. */
  readonly #leeches: Uint16Array
  readonly #buckets: Buckets
  readonly #shortlists = new WeakMap<Bitfield, Shortlist>()
  readonly #fruitless = new WeakMap<Bitfield, Fruitless>()
  /** Bitfields that were complete when their peer joined, and how many peers share them. */
  readonly #seeds = new Map<Bitfield, number>()
  #seedCount = 0
  #offered: Bitfield
  #unsorted = false
  /** Grows whenever a piece comes on offer. */
  #offers = 0
  /** Grows whenever a piece comes on offer or its rank changes. */
  #changes = 0

  /** @param random uniform in 0 ≤ x < 1, for ties. */
  constructor(pieceCount: number, random: () => number) {
    this.#random = random
    this.#leeches = new Uint16Array(pieceCount)
    this.#buckets = new Buckets(pieceCount)
    this.#offered = new Bitfield(pieceCount)
  }

  /** How many connected peers have the piece. */
  of(piece: number): number {
    return this.#rankOf(piece) + this.#seedCount
  }

  /** Whether a piece is on offer that a connected peer has. */
  get obtainable(): boolean {
    if (this.#seedCount > 0) return this.#offered.count > 0
    this.#sort()
    return this.#offered.count > this.#buckets.size(0)
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

  /**
   * A connected peer lost this piece; call it once the bit is clear. O(1), but for a seed's first loss, which makes a leech
   * of it: O(pieces).
   */
  lost(bits: Bitfield, piece: number): void {
    this.#shortlists.delete(bits)
    this.#fruitless.delete(bits)
    if (!this.#seeds.has(bits)) return this.#count(piece, -1)
    this.removePeer(bits)
    this.addPeer(bits)
  }

  isOffered(piece: number): boolean {
    return this.#offered.has(piece)
  }

  /** Offers exactly these pieces. O(pieces). */
  reset(pieces: Bitfield): void {
    this.#offered = pieces.clone()
    this.#offers++
    this.#changes += pieces.length
    this.#unsorted = false
    this.#buckets.drain()
    const order: number[] = []
    forEachPiece(pieces, piece => order.push(piece))
    for (const piece of shuffle(order, this.#random)) this.#buckets.insert(piece, this.#rankOf(piece))
  }

  /** Puts a piece on offer. O(1). */
  offer(piece: number): void {
    if (!this.#offered.set(piece)) return
    this.#offers++
    this.#changes++
    this.#buckets.insert(piece, this.#rankOf(piece))
  }

  /** Takes a piece off offer. O(1). */
  withdraw(piece: number): void {
    if (!this.#offered.clear(piece)) return
    this.#sort()
    this.#buckets.remove(piece, this.#rankOf(piece))
  }

  /**
   * The piece on offer that the fewest peers have, of those in `has` (a peer's that was counted in); ties are random. One
   * look for a seed; for a leech at most MAX_MISSES looks, or the next of its shortlist. A list is made, at the cost of
   * reading its bitfield, every few hundred picks or when as many changes have been counted as a quarter of the pieces:
   * a pick's share of that is small at any size, and its choice at most that outdated.
   */
  rarest(has: Bitfield): number | undefined {
    if (has.count === 0 || this.#offered.count === 0) return undefined
    const before = this.#fruitless.get(has)
    if (before?.offers === this.#offers && before.count === has.count) return undefined
    const found = this.#listed(has) ?? this.#search(has)
    if (found === undefined) this.#fruitless.set(has, { offers: this.#offers, count: has.count })
    return found
  }

  /** Any piece on offer that is in `has`, at random: the first after a random place. */
  any(has: Bitfield): number | undefined {
    if (has.count === 0 || this.#offered.count === 0) return undefined
    return firstCommon(has, this.#offered, randomIndex(has.length, this.#random))
  }

  /** The first piece on offer that is in `has`. O(pieces / 8). */
  first(has: Bitfield): number | undefined {
    return this.#offered.count === 0 ? undefined : firstCommon(has, this.#offered, 0)
  }

  #listed(has: Bitfield): number | undefined {
    const list = this.#shortlists.get(has)
    if (list === undefined) return undefined
    const fresh = list.age(this.#changes) <= has.length * STALE_SHARE
    const piece = fresh ? list.best(this.#offered) : undefined
    if (piece === undefined) this.#shortlists.delete(has)
    return piece
  }

  #search(has: Bitfield): number | undefined {
    this.#sort()
    // No leech has what stands in bucket 0.
    const found = this.#buckets.find(has, has.complete ? 0 : 1, MAX_MISSES, this.#random)
    if (found === 'nothing') return undefined
    if (found !== 'gave up') return found
    const list = new Shortlist(has, this.#offered, piece => this.#rankOf(piece), this.#random, this.#changes)
    this.#shortlists.set(has, list)
    return list.best(this.#offered)
  }

  #rankOf(piece: number): number {
    return this.#leeches[piece] ?? 0
  }

  #countAll(bits: Bitfield, by: 1 | -1): void {
    if (bits.count * MOVE_COST > this.#offered.count) this.#unsorted = true
    forEachPiece(bits, piece => this.#count(piece, by))
  }

  #count(piece: number, by: 1 | -1): void {
    const rank = this.#rankOf(piece)
    this.#leeches[piece] = rank + by
    this.#changes++
    if (this.#unsorted || !this.#offered.has(piece)) return
    this.#buckets.remove(piece, rank)
    this.#buckets.insert(piece, rank + by)
  }

  #sort(): void {
    if (!this.#unsorted) return
    this.#unsorted = false
    for (const piece of this.#buckets.drain()) this.#buckets.insert(piece, this.#rankOf(piece))
  }
}
