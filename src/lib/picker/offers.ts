// Each piece on offer stands in the `Availability` of its level and in no other; whoever picks finds nothing in a level
// before all higher ones have nothing for the peer. Usually there is one level, and nothing is paid for more.
import type { Bitfield } from '../base/bitfield.ts'
import { Availability } from './availability.ts'
import { forEachPiece } from './bits.ts'

/** In which order pieces are asked for; without anything said, the rarest first. */
export interface PickOrder {
  /** From the first piece to the last, as who watches or listens meanwhile wants it: at the cost of the swarm's exchange. */
  readonly sequential?: boolean
  /** By piece, any small numbers: all of a level that a peer has come before the next, 0 first. */
  readonly levels?: Uint8Array
}

export class Offers {
  readonly #sequential: boolean
  readonly #levels: Uint8Array | undefined
  /** By level; where no piece stands in one, undefined. */
  readonly #all: (Availability | undefined)[] = []
  /** Those that exist, the highest level first. */
  readonly #used: readonly Availability[]

  /** @param pieces all that may come on offer. @param offered those that are at first. @param random uniform in 0 ≤ x < 1, for ties. */
  constructor(pieces: Bitfield, offered: Bitfield, random: () => number, order: PickOrder = {}) {
    this.#sequential = order.sequential === true
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

  /** Whether a piece is on offer that a connected peer has. */
  get obtainable(): boolean {
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
    for (const level of this.#used) {
      const piece = this.#sequential ? level.first(has) : first ? level.any(has) : level.rarest(has)
      if (piece !== undefined) return piece
    }
    return undefined
  }

  /** Whether a piece is on offer that is wanted as much as this one, and no more common. */
  alike(piece: number, other: number): boolean {
    return this.isOffered(other) && this.#levelOf(other) === this.#levelOf(piece) && this.of(other) <= this.of(piece)
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
