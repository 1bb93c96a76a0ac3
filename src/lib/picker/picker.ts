// A piece is in exactly one of these states: untouched, partial (a block of it is requested or received), checking (all
// blocks received, hash not known) or verified. What is untouched, wanted and not verified is on offer in `Offers`.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { Extent } from './extent.ts'
import { Interest } from './interest.ts'
import { Offers, type PickOrder, type PieceRange } from './offers.ts'
import { Partials } from './partials.ts'
import { PartialPiece, type Pace, type PeerKey, type ReceiveOutcome, type Suspicion } from './piece.ts'

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

/** A piece that was taken from one peer and is another's now. */
export interface TakenPiece {
  readonly piece: number
  readonly owner: PeerKey
  /** What the owner had been asked for. */
  readonly released: readonly Block[]
  /** What the other is to be asked for. */
  readonly blocks: readonly Block[]
}

export class Picker {
  readonly #layout: PieceLayout
  readonly #have: Bitfield
  readonly #sequential: boolean
  readonly #ordered: boolean
  readonly #offers: Offers
  readonly #interest: Interest
  readonly #extent: Extent
  readonly #partials = new Partials()
  readonly #checking = new Map<number, PartialPiece>()
  /** Pieces that failed their hash and have not been verified since. */
  readonly #suspects = new Map<number, Suspicion>()

  constructor(options: PickerOptions) {
    this.#layout = options.layout
    this.#extent = new Extent(options.layout.pieceLength)
    this.#have = options.have
    this.#interest = new Interest(options.wanted, options.have)
    this.#sequential = options.order?.sequential === true
    this.#ordered = this.#sequential || options.order?.levels !== undefined
    this.#offers = new Offers(options.wanted, this.#interest.needed, options.random, options.order)
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
    if (this.#partials.size === 0 || this.#offers.obtainable) return false
    for (const partial of this.#partials.open()) {
      if (!partial.reserved && this.#offers.of(partial.index) > 0) return false
    }
    return true
  }

  /** How many connected peers have the piece. O(1). */
  copies(piece: number): number {
    return this.#offers.of(piece)
  }

  get partialCount(): number {
    return this.#partials.size
  }

  /** Blocks of it are requested or received, not all received. */
  isPartial(piece: number): boolean {
    const partial = this.#partials.get(piece)
    return partial !== undefined && partial.missing < partial.blockCount
  }

  /** All blocks received; neither `pieceVerified` nor `pieceFailed` has been called. */
  isChecking(piece: number): boolean {
    return this.#checking.has(piece)
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
    const picked: Block[] = []
    if (count <= 0) return picked
    const room = this.#pickUrgent(peer, has, count, beginnable, pace, picked)
    const alike = this.#sequential || this.#have.count === 0
    this.#goOn(peer, has, count, picked, partial => (alike || partial.pace === pace) && !partial.avoids(peer))
    let piece: number | undefined
    for (let begun = 0; picked.length < count && begun < room; begun++) {
      piece = this.#nextPiece(has, count - picked.length, piece)
      if (piece === undefined) break
      const partial = this.#begin(piece, pace)
      // Begun for others, who come upon it before any other piece.
      if (!partial.avoids(peer)) this.#take(partial, peer, picked, count)
    }
    if (picked.length === 0) this.#goOn(peer, has, count, picked, partial => !partial.avoids(peer))
    if (picked.length === 0) this.#goOn(peer, has, count, picked, () => true)
    return picked
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
    const partials = [...this.#partials.all()].filter(
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
    for (const partial of this.#partials.all()) {
      const { owner, index } = partial
      if (owner === undefined || owner === peer || !has.has(index) || !worth(owner, index)) continue
      const released = partial.releaseAll(owner).map(n => this.#layout.block(index, n))
      this.#partials.remove(partial)
      const blocks: Block[] = []
      this.#take(this.#begin(index, partial.pace), peer, blocks, count)
      return { piece: index, owner, released, blocks }
    }
    return undefined
  }

  /** As `pick`, but from these pieces only, the first first, and nothing that others were asked for: what a peer names (BEP 6). */
  pickFrom(
    peer: PeerKey,
    has: Bitfield,
    pieces: Iterable<number>,
    count: number,
    beginnable: number = Infinity,
  ): Block[] {
    const picked: Block[] = []
    let room = beginnable
    for (const piece of pieces) {
      if (picked.length >= count) break
      if (!has.has(piece) || this.#suspects.get(piece)?.avoid.has(peer) === true) continue
      const partial = this.#partials.get(piece)
      if (partial !== undefined) {
        if (partial.missing > 0 && partial.admits(peer)) this.#take(partial, peer, picked, count)
      } else if (room > 0 && this.#offers.mayBegin(piece)) {
        room--
        this.#take(this.#begin(piece), peer, picked, count)
      }
    }
    return picked
  }

  /**
   * Makes room for a peer that could begin a piece, had there not been too many: drops the partial piece with the fewest
   * blocks among those of which nobody is asked for any. @returns it, all of it missing again; undefined: there is none.
   */
  giveUpFor(has: Bitfield): number | undefined {
    if (this.#offers.next(has, false) === undefined) return undefined
    let least: PartialPiece | undefined
    for (const partial of this.#partials.all()) {
      if (partial.requested > 0 || partial.reserved) continue
      if (least === undefined || partial.received < least.received) least = partial
    }
    if (least === undefined) return undefined
    this.#partials.remove(least)
    this.#offers.offer(least.index)
    return least.index
  }

  /** Whether this peer was asked for exactly this block and it has not come from anyone: its bytes may be taken. O(1). */
  expects(peer: PeerKey, block: Block): boolean {
    const partial = this.#partials.get(block.piece)
    return partial !== undefined && partial.expects(peer, partial.numberOf(block))
  }

  /**
   * All bytes of a block came from a peer. `completed`: it was the piece's last, which is now checking. `duplicate`: we
   * have it already; `unwanted`: this peer was not asked for it. In both these cases nothing changes.
   * @param late gets those who were asked for it too, and are to be sent a cancel.
   */
  received(peer: PeerKey, block: Block, late: PeerKey[] = []): ReceiveOutcome {
    const partial = this.#partials.get(block.piece)
    if (partial === undefined) {
      return this.#checking.has(block.piece) || this.#have.has(block.piece) ? 'duplicate' : 'unwanted'
    }
    const outcome = partial.receive(peer, partial.numberOf(block), late)
    if (outcome !== 'completed') return outcome
    this.#partials.remove(partial)
    this.#checking.set(partial.index, partial)
    return outcome
  }

  /** The peer will not deliver this block (BEP 6 "Reject Request"). O(1). */
  release(peer: PeerKey, block: Block): 'released' | 'not asked' {
    const partial = this.#partials.get(block.piece)
    const n = partial?.numberOf(block) ?? -1
    if (partial?.expects(peer, n) !== true) return 'not asked'
    partial.release(peer, n)
    this.#file(partial)
    return 'released'
  }

  /** The peer will deliver nothing of this piece. @returns how many blocks of it the peer had been asked for. */
  releasePiece(peer: PeerKey, piece: number): number {
    const partial = this.#partials.get(piece)
    if (partial === undefined) return 0
    const released = partial.releaseAll(peer).length
    if (released > 0) this.#file(partial)
    return released
  }

  /** The peer choked us or is gone. @returns what it had been asked for. O(partial pieces). Call it even if nothing was. */
  releaseAll(peer: PeerKey): readonly Block[] {
    const released: Block[] = []
    for (const partial of this.#partials.all()) {
      const blocks = partial.releaseAll(peer)
      for (const n of blocks) released.push(this.#layout.block(partial.index, n))
      if (blocks.length > 0) this.#file(partial)
    }
    return released
  }

  /** The piece is there and its hash is right, whether its blocks came by way of the picker or not. */
  pieceVerified(piece: number): void {
    const partial = this.#partials.get(piece)
    if (partial !== undefined) this.#partials.remove(partial)
    this.#checking.delete(piece)
    this.#suspects.delete(piece)
    this.#interest.verified(piece)
    this.#offers.withdraw(piece)
  }

  /** A verified piece is gone from the storage: it is missing again where it is wanted. @returns whether it was verified. */
  pieceLost(piece: number): boolean {
    if (!this.#have.has(piece)) return false
    this.#interest.lost(piece)
    if (this.#interest.needed.has(piece)) this.#offers.offer(piece)
    return true
  }

  /** A verified piece is gone from the storage, and nobody wants it any more. @returns whether it was verified. */
  pieceReleased(piece: number): boolean {
    if (!this.#have.has(piece)) return false
    this.#interest.released(piece)
    return true
  }

  /**
   * The hash of a piece that was checking is wrong: all of it is missing again. Who sent it gets to send no block of it again
   * while others may.
   * @param from `others`: any of them, as who was wrong will be seen by comparing, unless that failed before. `alone`: from
   * now on it is left to the one peer that first picks from it, until that peer goes or lets it down, so that a bad peer is
   * soon the only one whose blocks it has.
   */
  pieceFailed(piece: number, from: 'others' | 'alone'): void {
    const senders = this.sendersOf(piece)
    if (!this.#checking.delete(piece)) return
    const before = this.#suspects.get(piece)
    const avoid = new Set([...(before?.avoid ?? []), ...senders])
    this.#suspects.set(piece, { alone: from === 'alone' || before !== undefined, avoid })
    if (this.#interest.needed.has(piece)) this.#offers.offer(piece)
  }

  /** The peer that sent each block of a piece that is checking. */
  sendersOf(piece: number): readonly PeerKey[] {
    return this.#checking.get(piece)?.senders() ?? []
  }

  /** What is in the focus, the first piece first, at whatever pace. @returns how many more pieces may be begun. */
  #pickUrgent(peer: PeerKey, has: Bitfield, count: number, beginnable: number, pace: Pace, picked: Block[]): number {
    let room = beginnable
    for (const { first, end } of this.#offers.urgentAt(pace)) {
      for (let piece = first; piece < end && picked.length < count; piece++) {
        if (!has.has(piece)) continue
        let partial = this.#partials.get(piece)
        if (partial === undefined && room > 0 && this.#offers.isOffered(piece)) {
          partial = this.#begin(piece, pace)
          room--
        }
        if (partial?.admits(peer) === true && !partial.avoids(peer)) this.#take(partial, peer, picked, count)
      }
    }
    return room
  }

  #nextPiece(has: Bitfield, blocks: number, previous: number | undefined): number | undefined {
    const beside = previous === undefined ? undefined : this.#extent.next(previous, this.#alike(previous, has))
    if (beside !== undefined) return beside
    const piece = this.#offers.next(has, this.#have.count === 0)
    return piece === undefined ? undefined : this.#extent.start(piece, blocks, this.#alike(piece, has))
  }

  /** Whether another piece could be begun as well. */
  #alike(piece: number, has: Bitfield): (other: number) => boolean {
    return other => has.has(other) && this.#offers.alike(piece, other)
  }

  #goOn(peer: PeerKey, has: Bitfield, count: number, picked: Block[], fits: (partial: PartialPiece) => boolean): void {
    const open = this.#sequential ? [...this.#partials.open()].sort((a, b) => a.index - b.index) : this.#partials.open()
    for (const partial of open) {
      if (has.has(partial.index) && partial.admits(peer) && fits(partial)) this.#take(partial, peer, picked, count)
      if (picked.length >= count) return
    }
  }

  /** Those in the focus first; the others stay in their order. */
  #inTurn(partials: Iterable<PartialPiece>): Iterable<PartialPiece> {
    if (this.#offers.focused.length === 0) return partials
    return [...partials].sort((a, b) => this.#offers.turnOf(a.index) - this.#offers.turnOf(b.index))
  }

  #begin(piece: number, pace: Pace = 'brisk'): PartialPiece {
    const partial = new PartialPiece(piece, this.#layout.pieceSize(piece), pace, this.#suspects.get(piece))
    this.#offers.withdraw(piece)
    this.#partials.add(partial)
    return partial
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
        taken.push(this.#layout.block(partial.index, n))
      }
    }
    return taken
  }

  #take(partial: PartialPiece, peer: PeerKey, picked: Block[], count: number): void {
    while (picked.length < count && partial.missing > 0) {
      picked.push(this.#layout.block(partial.index, partial.request(peer)))
    }
    this.#file(partial)
  }

  #file(partial: PartialPiece): void {
    if (this.#partials.file(partial) === 'dropped') this.#offers.offer(partial.index)
  }
}
