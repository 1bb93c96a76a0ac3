// Which missing blocks a peer is asked for: those of partial pieces before those of untouched ones, so that few pieces are
// under way. What somebody waits for comes before both.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import { Extent } from './extent.ts'
import type { Offers } from './offers.ts'
import type { Pace, PartialPiece, PeerKey } from './piece.ts'
import type { Pieces } from './pieces.ts'

export interface MissingBlocksOptions {
  readonly pieces: Pieces
  readonly offers: Offers
  readonly sequential: boolean
}

export class MissingBlocks {
  readonly #pieces: Pieces
  readonly #offers: Offers
  readonly #sequential: boolean
  readonly #extent: Extent

  constructor({ pieces, offers, sequential }: MissingBlocksOptions) {
    this.#pieces = pieces
    this.#offers = offers
    this.#sequential = sequential
    this.#extent = new Extent(pieces.layout.pieceLength)
  }

  /** See `Picker.pick`. */
  pick(peer: PeerKey, has: Bitfield, count: number, beginnable: number, pace: Pace): Block[] {
    const picked: Block[] = []
    if (count <= 0) return picked
    const room = this.#pickUrgent(peer, has, count, beginnable, pace, picked)
    const alike = this.#sequential || this.#pieces.none
    this.#goOn(peer, has, count, picked, partial => (alike || partial.pace === pace) && !partial.avoids(peer))
    let piece: number | undefined
    for (let begun = 0; picked.length < count && begun < room; begun++) {
      piece = this.#nextPiece(has, count - picked.length, piece)
      if (piece === undefined) break
      const partial = this.#pieces.begin(piece, pace)
      // Begun for others, who come upon it before any other piece.
      if (!partial.avoids(peer)) this.#pieces.take(partial, peer, picked, count)
    }
    if (picked.length === 0) this.#goOn(peer, has, count, picked, partial => !partial.avoids(peer))
    if (picked.length === 0) this.#goOn(peer, has, count, picked, () => true)
    return picked
  }

  /** See `Picker.pickFrom`. */
  pickFrom(peer: PeerKey, has: Bitfield, named: Iterable<number>, count: number, beginnable: number): Block[] {
    const picked: Block[] = []
    let room = beginnable
    for (const piece of named) {
      if (picked.length >= count) break
      if (!has.has(piece) || this.#pieces.avoids(piece, peer)) continue
      const partial = this.#pieces.partials.get(piece)
      if (partial !== undefined) {
        if (partial.missing > 0 && partial.admits(peer)) this.#pieces.take(partial, peer, picked, count)
      } else if (room > 0 && this.#offers.mayBegin(piece)) {
        room--
        this.#pieces.take(this.#pieces.begin(piece), peer, picked, count)
      }
    }
    return picked
  }

  /** See `Picker.giveUpFor`. */
  giveUpFor(has: Bitfield): number | undefined {
    if (this.#offers.next(has, false) === undefined) return undefined
    let least: PartialPiece | undefined
    for (const partial of this.#pieces.partials.all()) {
      if (partial.requested > 0 || partial.reserved) continue
      if (least === undefined || partial.received < least.received) least = partial
    }
    if (least === undefined) return undefined
    this.#pieces.drop(least)
    return least.index
  }

  /** What is in the focus, the first piece first, at whatever pace. @returns how many more pieces may be begun. */
  #pickUrgent(peer: PeerKey, has: Bitfield, count: number, beginnable: number, pace: Pace, picked: Block[]): number {
    let room = beginnable
    for (const { first, end } of this.#offers.urgentAt(pace)) {
      for (let piece = first; piece < end && picked.length < count; piece++) {
        if (!has.has(piece)) continue
        let partial = this.#pieces.partials.get(piece)
        if (partial === undefined && room > 0 && this.#offers.isOffered(piece)) {
          partial = this.#pieces.begin(piece, pace)
          room--
        }
        if (partial?.admits(peer) === true && !partial.avoids(peer)) this.#pieces.take(partial, peer, picked, count)
      }
    }
    return room
  }

  #goOn(peer: PeerKey, has: Bitfield, count: number, picked: Block[], fits: (partial: PartialPiece) => boolean): void {
    const { partials } = this.#pieces
    const open = this.#sequential ? [...partials.open()].sort((a, b) => a.index - b.index) : partials.open()
    for (const partial of open) {
      if (has.has(partial.index) && partial.admits(peer) && fits(partial))
        this.#pieces.take(partial, peer, picked, count)
      if (picked.length >= count) return
    }
  }

  #nextPiece(has: Bitfield, blocks: number, previous: number | undefined): number | undefined {
    const beside = previous === undefined ? undefined : this.#extent.next(previous, this.#alike(previous, has))
    if (beside !== undefined) return beside
    const piece = this.#offers.next(has, this.#pieces.none)
    return piece === undefined ? undefined : this.#extent.start(piece, blocks, this.#alike(piece, has))
  }

  /** Whether another piece could be begun as well. */
  #alike(piece: number, has: Bitfield): (other: number) => boolean {
    return other => has.has(other) && this.#offers.alike(piece, other)
  }
}
