// A piece is in exactly one of these states: untouched, partial (a block of it is requested or received), checking (all
// blocks received, hash not known) or verified. What is untouched, wanted and not verified is on offer in `Offers`.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { Interest } from './interest.ts'
import type { Offers } from './offers.ts'
import { Partials } from './partials.ts'
import { PartialPiece, type Pace, type PeerKey, type ReceiveOutcome, type Suspicion } from './piece.ts'

export interface PiecesOptions {
  readonly layout: PieceLayout
  /** The verified pieces, kept up to date by `interest`. */
  readonly have: Bitfield
  readonly offers: Offers
  readonly interest: Interest
}

/** The methods that are in `Picker` too are described there. */
export class Pieces {
  readonly partials: Partials = new Partials()
  readonly layout: PieceLayout
  readonly #have: Bitfield
  readonly #offers: Offers
  readonly #interest: Interest
  readonly #checking = new Map<number, PartialPiece>()
  /** Pieces that failed their hash and have not been verified since. */
  readonly #suspects = new Map<number, Suspicion>()

  constructor({ layout, have, offers, interest }: PiecesOptions) {
    this.layout = layout
    this.#have = have
    this.#offers = offers
    this.#interest = interest
  }

  /** Whether nothing is verified. */
  get none(): boolean {
    return this.#have.count === 0
  }

  isPartial(piece: number): boolean {
    const partial = this.partials.get(piece)
    return partial !== undefined && partial.missing < partial.blockCount
  }

  isChecking(piece: number): boolean {
    return this.#checking.has(piece)
  }

  /** Whether its blocks should rather be asked of others than of this peer, who sent some before it failed its hash. */
  avoids(piece: number, peer: PeerKey): boolean {
    return this.#suspects.get(piece)?.avoid.has(peer) === true
  }

  /** Makes a piece that is on offer a partial one. A block of it is to be taken at once, or it belongs to a peer that avoids it. */
  begin(piece: number, pace: Pace = 'brisk'): PartialPiece {
    const partial = new PartialPiece(piece, this.layout.pieceSize(piece), pace, this.#suspects.get(piece))
    this.#offers.withdraw(piece)
    this.partials.add(partial)
    return partial
  }

  /** Requests missing blocks of it, until `picked` has `count`. */
  take(partial: PartialPiece, peer: PeerKey, picked: Block[], count: number): void {
    while (picked.length < count && partial.missing > 0) {
      picked.push(this.layout.block(partial.index, partial.request(peer)))
    }
    this.#file(partial)
  }

  /** Makes a partial piece, of which nothing is requested, untouched again. */
  drop(partial: PartialPiece): void {
    this.partials.remove(partial)
    this.#offers.offer(partial.index)
  }

  expects(peer: PeerKey, block: Block): boolean {
    const partial = this.partials.get(block.piece)
    return partial !== undefined && partial.expects(peer, partial.numberOf(block))
  }

  received(peer: PeerKey, block: Block, late: PeerKey[]): ReceiveOutcome {
    const partial = this.partials.get(block.piece)
    if (partial === undefined) {
      return this.#checking.has(block.piece) || this.#have.has(block.piece) ? 'duplicate' : 'unwanted'
    }
    const outcome = partial.receive(peer, partial.numberOf(block), late)
    if (outcome !== 'completed') return outcome
    this.partials.remove(partial)
    this.#checking.set(partial.index, partial)
    return outcome
  }

  release(peer: PeerKey, block: Block): 'released' | 'not asked' {
    const partial = this.partials.get(block.piece)
    const n = partial?.numberOf(block) ?? -1
    if (partial?.expects(peer, n) !== true) return 'not asked'
    partial.release(peer, n)
    this.#file(partial)
    return 'released'
  }

  releasePiece(peer: PeerKey, piece: number): number {
    const partial = this.partials.get(piece)
    if (partial === undefined) return 0
    const released = partial.releaseAll(peer).length
    if (released > 0) this.#file(partial)
    return released
  }

  releaseAll(peer: PeerKey): readonly Block[] {
    const released: Block[] = []
    for (const partial of this.partials.all()) {
      const blocks = partial.releaseAll(peer)
      for (const n of blocks) released.push(this.layout.block(partial.index, n))
      if (blocks.length > 0) this.#file(partial)
    }
    return released
  }

  verified(piece: number): void {
    const partial = this.partials.get(piece)
    if (partial !== undefined) this.partials.remove(partial)
    this.#checking.delete(piece)
    this.#suspects.delete(piece)
    this.#interest.verified(piece)
    this.#offers.withdraw(piece)
  }

  lost(piece: number): boolean {
    if (!this.#have.has(piece)) return false
    this.#interest.lost(piece)
    if (this.#interest.needed.has(piece)) this.#offers.offer(piece)
    return true
  }

  released(piece: number): boolean {
    if (!this.#have.has(piece)) return false
    this.#interest.released(piece)
    return true
  }

  failed(piece: number, from: 'others' | 'alone'): void {
    const senders = this.sendersOf(piece)
    if (!this.#checking.delete(piece)) return
    const before = this.#suspects.get(piece)
    const avoid = new Set([...(before?.avoid ?? []), ...senders])
    this.#suspects.set(piece, { alone: from === 'alone' || before !== undefined, avoid })
    if (this.#interest.needed.has(piece)) this.#offers.offer(piece)
  }

  sendersOf(piece: number): readonly PeerKey[] {
    return this.#checking.get(piece)?.senders() ?? []
  }

  #file(partial: PartialPiece): void {
    if (this.partials.file(partial) === 'dropped') this.#offers.offer(partial.index)
  }
}
