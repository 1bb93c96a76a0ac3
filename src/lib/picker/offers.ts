// Each piece on offer stands in the `Availability` of its level and in no other; whoever picks finds nothing in a level
// before all higher ones have nothing for the peer. Usually there is one level, and nothing is paid for more. What is in the
// focus comes before all levels.
import type { Bitfield } from '../base/bitfield.ts'
import { Availability } from './availability.ts'
import { forEachPiece } from './bits.ts'
import type { Pace } from './piece.ts'

const NOTHING: readonly PieceRange[] = []

/** In which order pieces are asked for; without anything said, the rarest first. */
export interface PickOrder {
  /** From the first piece to the last, as who watches or listens meanwhile wants it: at the cost of the swarm's exchange. */
  readonly sequential?: boolean
  /** By piece, any small numbers: all of a level that a peer has come before the next, 0 first. */
  readonly levels?: Uint8Array
  /** Nothing is begun outside of the focus (`Picker.focus`), which is empty at first. */
  readonly focusedOnly?: boolean
}

/** Pieces from `first` to `end`, exclusive. */
export interface PieceRange {
  readonly first: number
  readonly end: number
}

export class Offers {
  readonly #pieceCount: number
  readonly #sequential: boolean
  readonly #focusedOnly: boolean
  #focus: readonly PieceRange[] = []
  readonly #levels: Uint8Array | undefined
  /** By level; where no piece stands in one, undefined. */
  readonly #all: (Availability | undefined)[] = []
  /** Those that exist, the highest level first. */
  readonly #used: readonly Availability[]

  /** @param pieces all that may come on offer. @param offered those that are at first. @param random uniform in 0 ≤ x < 1, for ties. */
  constructor(pieces: Bitfield, offered: Bitfield, random: () => number, order: PickOrder = {}) {
    this.#pieceCount = pieces.length
    this.#sequential = order.sequential === true
    this.#focusedOnly = order.focusedOnly === true
    this.#levels = order.levels
    const levels = new Set([0])
    if (order.levels !== undefined) forEachPiece(pieces, piece => levels.add(this.#levelOf(piece)))
    for (const level of levels) {
      const availability = new Availability(pieces.length, random)
      availability.reset(this.#membersOf(level, offered))
      this.#all[level] = availability
    }
    this.#used = this.#all.filter(level => level !== undefined)
  }

  /** What somebody waits for, the most urgent first; takes the place of an earlier focus. */
  focus(ranges: readonly PieceRange[]): void {
    this.#focus = ranges
  }

  get focused(): readonly PieceRange[] {
    return this.#focus
  }

  /** What is in the focus that a peer of this pace is to be asked for: a slow one only where there is nothing else. */
  urgentAt(pace: Pace): readonly PieceRange[] {
    return pace === 'brisk' || this.#focusedOnly ? this.#focus : NOTHING
  }

  /** How many pieces may be under way: no more than the focus has, where nothing else may be begun. */
  get span(): number {
    if (!this.#focusedOnly) return Infinity
    return this.#focus.reduce((sum, { first, end }) => sum + end - first, 0)
  }

  /** Whether a piece may be begun that a connected peer has. */
  get obtainable(): boolean {
    if (this.#focusedOnly) return this.#inFocus(piece => this.isOffered(piece) && this.of(piece) > 0) !== undefined
    return this.#used.some(level => level.obtainable)
  }

  /** How many connected peers have the piece. */
  of(piece: number): number {
    return this.#used[0]?.of(piece) ?? 0
  }

  /** See `Availability`, for these four. */
  addPeer(bits: Bitfield): void {
    for (const level of this.#used) level.addPeer(bits)
  }

  removePeer(bits: Bitfield): void {
    for (const level of this.#used) level.removePeer(bits)
  }

  gained(piece: number): void {
    for (const level of this.#used) level.gained(piece)
  }

  lost(bits: Bitfield, piece: number): void {
    for (const level of this.#used) level.lost(bits, piece)
  }

  /** Whether the piece is on offer and not held back. */
  mayBegin(piece: number): boolean {
    return this.isOffered(piece) && (!this.#focusedOnly || this.turnOf(piece) < 0)
  }

  isOffered(piece: number): boolean {
    return this.#all[this.#levelOf(piece)]?.isOffered(piece) === true
  }

  offer(piece: number): void {
    this.#all[this.#levelOf(piece)]?.offer(piece)
  }

  withdraw(piece: number): void {
    this.#all[this.#levelOf(piece)]?.withdraw(piece)
  }

  /**
   * The piece to begin for a peer that has these.
   * @param first nothing is verified yet, so any piece of the level will do, as long as there is soon one to offer others: the
   * rarest would come from few peers, and slowly (the usual practice with BEP 3).
   */
  next(has: Bitfield, first: boolean): number | undefined {
    if (this.#focusedOnly) return this.#inFocus(piece => has.has(piece) && this.isOffered(piece))
    for (const level of this.#used) {
      const piece = this.#sequential ? level.first(has) : first ? level.any(has) : level.rarest(has)
      if (piece !== undefined) return piece
    }
    return undefined
  }

  /** Below 0 for a piece in the focus, the lower the sooner it should come; 0 for any other. O(ranges). */
  turnOf(piece: number): number {
    const range = this.#focus.findIndex(({ first, end }) => first <= piece && piece < end)
    return range < 0 ? 0 : (range - this.#focus.length) * this.#pieceCount + piece
  }

  /** Whether a piece is on offer that is wanted as much as this one, and no more common. */
  alike(piece: number, other: number): boolean {
    return this.isOffered(other) && this.#levelOf(other) === this.#levelOf(piece) && this.of(other) <= this.of(piece)
  }

  /** The first piece of the focus that fits. O(pieces in the focus). */
  #inFocus(fits: (piece: number) => boolean): number | undefined {
    for (const { first, end } of this.#focus) {
      for (let piece = first; piece < end; piece++) if (fits(piece)) return piece
    }
    return undefined
  }

  #membersOf(level: number, pieces: Bitfield): Bitfield {
    if (this.#levels === undefined) return pieces
    const members = pieces.clone()
    forEachPiece(pieces, piece => {
      if (this.#levelOf(piece) !== level) members.clear(piece)
    })
    return members
  }

  #levelOf(piece: number): number {
    return this.#levels?.[piece] ?? 0
  }
}
