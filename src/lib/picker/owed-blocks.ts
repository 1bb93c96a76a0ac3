// Which blocks that some peers owe are asked of others too, or of others instead: none that has come, and none that was asked
// of the other before.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import type { Offers } from './offers.ts'
import type { PartialPiece, PeerKey } from './piece.ts'
import type { Pieces } from './pieces.ts'

/** A piece that was taken from one peer and is another's now. */
export interface TakenPiece {
  readonly piece: number
  readonly owner: PeerKey
  /** What the owner had been asked for. */
  readonly released: readonly Block[]
  /** What the other is to be asked for. */
  readonly blocks: readonly Block[]
}

export class OwedBlocks {
  readonly #pieces: Pieces
  readonly #offers: Offers

  constructor(pieces: Pieces, offers: Offers) {
    this.#pieces = pieces
    this.#offers = offers
  }

  /** See `Picker.endgame`. */
  get endgame(): boolean {
    const { partials } = this.#pieces
    if (partials.size === 0 || this.#offers.obtainable) return false
    for (const partial of partials.open()) {
      if (!partial.reserved && this.#offers.of(partial.index) > 0) return false
    }
    return true
  }

  /** See `Picker.takeOver`. */
  takeOver(
    peer: PeerKey,
    has: Bitfield,
    count: number,
    first: 'oldest' | 'newest',
    worth: (owners: readonly PeerKey[]) => boolean,
    within: 'all' | 'focus',
  ): readonly Block[] {
    const partials = [...this.#pieces.partials.all()].filter(
      partial => partial.requested > 0 && has.has(partial.index) && partial.admits(peer),
    )
    if (first === 'newest') partials.reverse()
    const inTurn = [...this.#inTurn(partials)].filter(
      partial => within === 'all' || this.#offers.turnOf(partial.index) < 0,
    )
    const taken = this.#requestAgain(
      peer,
      inTurn.filter(partial => !partial.avoids(peer)),
      count,
      worth,
    )
    return taken.length > 0 ? taken : this.#requestAgain(peer, inTurn, count, worth)
  }

  /** See `Picker.takeAlone`. */
  takeAlone(
    peer: PeerKey,
    has: Bitfield,
    count: number,
    worth: (owner: PeerKey, piece: number) => boolean,
  ): TakenPiece | undefined {
    const { layout, partials } = this.#pieces
    for (const partial of partials.all()) {
      const { owner, index } = partial
      if (owner === undefined || owner === peer || !has.has(index) || !worth(owner, index)) continue
      const released = partial.releaseAll(owner).map(n => layout.block(index, n))
      partials.remove(partial)
      const blocks: Block[] = []
      this.#pieces.take(this.#pieces.begin(index, partial.pace), peer, blocks, count)
      return { piece: index, owner, released, blocks }
    }
    return undefined
  }

  /** Those in the focus first; the others stay in their order. */
  #inTurn(partials: Iterable<PartialPiece>): Iterable<PartialPiece> {
    if (this.#offers.focused.length === 0) return partials
    return [...partials].sort((a, b) => this.#offers.turnOf(a.index) - this.#offers.turnOf(b.index))
  }

  /** The last of each piece first. */
  #requestAgain(
    peer: PeerKey,
    partials: readonly PartialPiece[],
    count: number,
    worth: (owners: readonly PeerKey[]) => boolean,
  ): readonly Block[] {
    const taken: Block[] = []
    for (const partial of partials) {
      for (let n = partial.blockCount - 1; n >= 0; n--) {
        if (taken.length >= count) return taken
        if (partial.requesterCount(n) === 0 || partial.expects(peer, n) || !worth(partial.requesters(n))) continue
        partial.requestAgain(peer, n)
        taken.push(this.#pieces.layout.block(partial.index, n))
      }
    }
    return taken
  }
}
