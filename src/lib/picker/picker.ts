// Which blocks are asked of which peer. `Pieces` has the state of each piece, `MissingBlocks` what is asked for the first
// time, `OwedBlocks` what is asked again, `Offers` which piece is begun next, and `Interest` who has anything for us.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { Interest } from './interest.ts'
import { MissingBlocks } from './missing-blocks.ts'
import { Offers, type PickOrder, type PieceRange } from './offers.ts'
import { OwedBlocks, type TakenPiece } from './owed-blocks.ts'
import type { Pace, PeerKey, ReceiveOutcome } from './piece.ts'
import { Pieces } from './pieces.ts'

export type { PickOrder, PieceRange } from './offers.ts'
export type { Pace, PeerKey, ReceiveOutcome } from './piece.ts'

export interface PickerOptions {
  readonly layout: PieceLayout
  /** The verified pieces. The picker keeps it up to date; others only read it. */
  readonly have: Bitfield
  /** The pieces to get; copied. */
  readonly wanted: Bitfield
  /** Uniform in 0 ≤ x < 1. */
  readonly random: () => number
  readonly order?: PickOrder | undefined
}

export class Picker {
  readonly #ordered: boolean
  readonly #interest: Interest
  readonly #offers: Offers
  readonly #pieces: Pieces
  readonly #missing: MissingBlocks
  readonly #owed: OwedBlocks

  constructor({ layout, have, wanted, random, order }: PickerOptions) {
    const sequential = order?.sequential === true
    this.#ordered = sequential || order?.levels !== undefined
    const interest = new Interest(wanted, have)
    const offers = new Offers(wanted, interest.needed, random, order)
    const pieces = new Pieces({ layout, have, offers, interest })
    this.#interest = interest
    this.#offers = offers
    this.#pieces = pieces
    this.#missing = new MissingBlocks({ pieces, offers, sequential })
    this.#owed = new OwedBlocks(pieces, offers)
  }

  /** Every wanted piece is verified. */
  get done(): boolean {
    return this.#interest.needed.count === 0
  }

  /**
   * The pieces that somebody waits for: brisk peers are asked for them before all others, from the first to the last.
   * Takes the place of an earlier focus.
   */
  focus(ranges: readonly PieceRange[]): void {
    this.#offers.focus(ranges)
  }

  /** Any order of pieces is fine: none was asked for, and nobody reads what comes. */
  get unordered(): boolean {
    return !this.#ordered && !this.focused
  }

  /** Somebody waits for pieces. */
  get focused(): boolean {
    return this.#offers.focused.length > 0
  }

  /** How many pieces may be under way at once, as far as that is limited here. */
  get span(): number {
    return this.#offers.span
  }

  /** BEP 3: every block that connected peers could give has been asked for, and not all have come. */
  get endgame(): boolean {
    return this.#owed.endgame
  }

  /** How many connected peers have the piece. O(1). */
  copies(piece: number): number {
    return this.#offers.of(piece)
  }

  get partialCount(): number {
    return this.#pieces.partials.size
  }

  /** Blocks of it are requested or received, not all received. */
  isPartial(piece: number): boolean {
    return this.#pieces.isPartial(piece)
  }

  /** All blocks received; neither `pieceVerified` nor `pieceFailed` has been called. */
  isChecking(piece: number): boolean {
    return this.#pieces.isChecking(piece)
  }

  /** Whether the piece is wanted and not verified. O(1): what to ask when a peer that is not interesting sends a have. */
  wants(piece: number): boolean {
    return this.#interest.needed.has(piece)
  }

  /** Counts in a connected peer: O(1) for a seed. `pick` counts on it. A leech's bitfield must belong to it alone. */
  addPeer(bits: Bitfield): void {
    this.#offers.addPeer(bits)
  }

  /** Counts a peer out: the object that `addPeer` got, with what the peer has gained since. */
  removePeer(bits: Bitfield): void {
    this.#offers.removePeer(bits)
  }

  /** A connected peer sent a have for a piece that it lacked (call it once the bit is set). O(1). */
  peerGained(piece: number): void {
    this.#offers.gained(piece)
  }

  /** A connected peer no longer has a piece (call it once the bit is clear). O(1), but for a seed's first. */
  peerLost(bits: Bitfield, piece: number): void {
    this.#offers.lost(bits, piece)
  }

  /**
   * Whether the peer has a wanted piece that we lack. O(1) while the piece found the last time still is one; then it reads
   * on from there, so that a whole download costs an eighth of the pieces in byte reads a peer. A no costs as much
   * every time: for a peer not known to be interesting, `wants` answers for its have in O(1).
   */
  isInteresting(bits: Bitfield): boolean {
    return this.#interest.in(bits)
  }

  /**
   * Reserves up to `count` blocks for a peer that has `has` (and was counted in): the missing blocks of partial pieces,
   * oldest first, then the rarest pieces. A piece goes on at the pace at which it was begun, and at another only for a
   * peer that has nothing else. What is in the focus comes first, but for slow peers. At most one partial piece of each pace is left with missing blocks, so few are under way.
   * @param beginnable how many pieces may be begun for it.
   */
  pick(peer: PeerKey, has: Bitfield, count: number, beginnable: number = Infinity, pace: Pace = 'brisk'): Block[] {
    return this.#missing.pick(peer, has, count, beginnable, pace)
  }

  /**
   * Up to `count` blocks that others were asked for, now asked of this peer too; of each piece from the last requested
   * backwards, as queues are served from the front. O(blocks of partial pieces).
   * @param first the pieces begun last, which come last too; or the oldest, whose memory is wanted.
   * @param worth whether a block that these peers owe is to be taken.
   * What failed its hash is asked once more of who sent it before only where there is nothing else.
   * @param within all partial pieces, or those in the focus.
   */
  takeOver(
    peer: PeerKey,
    has: Bitfield,
    count: number,
    first: 'oldest' | 'newest',
    worth: (owners: readonly PeerKey[]) => boolean,
    within: 'all' | 'focus' = 'all',
  ): readonly Block[] {
    return this.#owed.takeOver(peer, has, count, first, worth, within)
  }

  /**
   * Begins a piece again that was left to one peer alone (see `pieceFailed`), and leaves it to this one, of which up to `count`
   * blocks of it are to be asked. What came of it is void, so that it has the blocks of one peer again. O(partial pieces).
   * @param worth whether this piece is to be taken from this peer.
   */
  takeAlone(
    peer: PeerKey,
    has: Bitfield,
    count: number,
    worth: (owner: PeerKey, piece: number) => boolean,
  ): TakenPiece | undefined {
    return this.#owed.takeAlone(peer, has, count, worth)
  }

  /** As `pick`, but from these pieces only, the first first, and nothing that others were asked for: what a peer names (BEP 6). */
  pickFrom(
    peer: PeerKey,
    has: Bitfield,
    pieces: Iterable<number>,
    count: number,
    beginnable: number = Infinity,
  ): Block[] {
    return this.#missing.pickFrom(peer, has, pieces, count, beginnable)
  }

  /**
   * Makes room for a peer that could begin a piece, had there not been too many: drops the partial piece with the fewest
   * blocks among those of which nobody is asked for any. @returns it, all of it missing again; undefined: there is none.
   */
  giveUpFor(has: Bitfield): number | undefined {
    return this.#missing.giveUpFor(has)
  }

  /** Whether this peer was asked for exactly this block and it has not come from anyone: its bytes may be taken. O(1). */
  expects(peer: PeerKey, block: Block): boolean {
    return this.#pieces.expects(peer, block)
  }

  /**
   * All bytes of a block came from a peer. `completed`: it was the piece's last, which is now checking. `duplicate`: we
   * have it already; `unwanted`: this peer was not asked for it. In both these cases nothing changes.
   * @param late gets those who were asked for it too, and are to be sent a cancel.
   */
  received(peer: PeerKey, block: Block, late: PeerKey[] = []): ReceiveOutcome {
    return this.#pieces.received(peer, block, late)
  }

  /** The peer will not deliver this block (BEP 6 "Reject Request"). O(1). */
  release(peer: PeerKey, block: Block): 'released' | 'not asked' {
    return this.#pieces.release(peer, block)
  }

  /** The peer will deliver nothing of this piece. @returns how many blocks of it the peer had been asked for. */
  releasePiece(peer: PeerKey, piece: number): number {
    return this.#pieces.releasePiece(peer, piece)
  }

  /** The peer choked us or is gone. @returns what it had been asked for. O(partial pieces). Call it even if nothing was. */
  releaseAll(peer: PeerKey): readonly Block[] {
    return this.#pieces.releaseAll(peer)
  }

  /** The piece is there and its hash is right, whether its blocks came by way of the picker or not. */
  pieceVerified(piece: number): void {
    this.#pieces.verified(piece)
  }

  /** A verified piece is gone from the storage: it is missing again where it is wanted. @returns whether it was verified. */
  pieceLost(piece: number): boolean {
    return this.#pieces.lost(piece)
  }

  /** A verified piece is gone from the storage, and nobody wants it any more. @returns whether it was verified. */
  pieceReleased(piece: number): boolean {
    return this.#pieces.released(piece)
  }

  /**
   * The hash of a piece that was checking is wrong: all of it is missing again. Who sent it gets to send no block of it again
   * while others may.
   * @param from `others`: any of them, as who was wrong will be seen by comparing, unless that failed before. `alone`: from
   * now on it is left to the one peer that first picks from it, until that peer goes or lets it down, so that a bad peer is
   * soon the only one whose blocks it has.
   */
  pieceFailed(piece: number, from: 'others' | 'alone'): void {
    this.#pieces.failed(piece, from)
  }

  /** The peer that sent each block of a piece that is checking. */
  sendersOf(piece: number): readonly PeerKey[] {
    return this.#pieces.sendersOf(piece)
  }
}
