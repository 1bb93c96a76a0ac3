// The downloading side of a torrent: what peers have, where the bytes of a block land, and what follows when they are there.
// Partial and unchecked pieces never take more than MAX_BUFFERED_BYTES, or two pieces.
import type { Bitfield } from '../base/bitfield.ts'
import type { SharedBytes } from '../base/bytes.ts'
import type { Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { Picker, type PeerKey, type PickOrder, type PieceRange } from '../picker/picker.ts'
import { MAX_BUFFERED_BYTES, MAX_UNCHECKED_BYTES } from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'
import { PieceBuffers } from './piece-buffers.ts'
import type { RateLimit } from './rate-limit.ts'
import { Requests } from './requests.ts'

/** A piece all of whose blocks are there, unchecked. */
export interface WholePiece {
  readonly piece: number
  readonly data: SharedBytes
}

export interface DownloadsOptions {
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly wanted: Bitfield
  readonly order?: PickOrder | undefined
  readonly random: () => number
  readonly outbox: Outbox
  /** The connected peers, by key. */
  readonly peers: ReadonlyMap<PeerKey, SwarmPeer>
}

export class Downloads {
  readonly layout: PieceLayout
  readonly have: Bitfield
  readonly #picker: Picker
  readonly #buffers: PieceBuffers
  readonly #requests: Requests
  readonly #peers: ReadonlyMap<PeerKey, SwarmPeer>
  #uncheckedBytes = 0

  constructor(options: DownloadsOptions) {
    this.layout = options.layout
    this.have = options.have
    this.#picker = new Picker(options)
    this.#buffers = new PieceBuffers(options.layout)
    this.#peers = options.peers
    this.#requests = new Requests({ ...options, picker: this.#picker, memory: this })
  }

  /** Keeps to these limits from now on; none: as fast as it goes. */
  limit(limits: readonly RateLimit[], now: number): void {
    this.#requests.limit(limits, now)
  }

  /** When limits let blocks be asked for again. */
  get laneDeadline(): number {
    return this.#requests.laneDeadline
  }

  handleLane(now: number): void {
    this.#requests.handleLane(now)
  }

  /** The disk or the hasher is behind; nothing is asked for until a piece is through. */
  get backedUp(): boolean {
    return this.#uncheckedBytes >= MAX_UNCHECKED_BYTES
  }

  /** No piece is begun: too much memory is in use. Partial pieces go on. */
  get crowded(): boolean {
    return this.room === 0
  }

  /** Memory of partial and unchecked pieces. */
  get bufferedBytes(): number {
    return this.#pieces * this.layout.pieceLength + this.#uncheckedBytes
  }

  get done(): boolean {
    return this.#picker.done
  }

  join(peer: SwarmPeer): void {
    if (peer.has !== undefined) this.#picker.addPeer(peer.has)
  }

  leave(peer: SwarmPeer): void {
    if (peer.has !== undefined) this.#picker.removePeer(peer.has)
    this.#requests.leave(peer)
    for (const piece of this.#buffers.leave(peer.key)) this.#discardUnused(piece)
  }

  /** The peer's bitfield replaces what it had, which is nothing unless it broke the order of BEP 3. */
  replaceHas(peer: SwarmPeer, has: Bitfield): void {
    if (peer.has !== undefined) this.#picker.removePeer(peer.has)
    peer.has = has
    this.#picker.addPeer(has)
  }

  gained(peer: SwarmPeer, piece: number): void {
    if (peer.has?.set(piece) === true) this.#picker.peerGained(piece)
  }

  /** The peer does not have this piece any more (BEP 54). With BEP 6 it rejects what it was asked for of it. */
  lost(peer: SwarmPeer, piece: number): void {
    if (piece >= this.layout.pieceCount || peer.has?.clear(piece) !== true) return
    this.#picker.peerLost(peer.has, piece)
    if (peer.connection?.fast !== true) this.#requests.void(peer, this.#picker.releasePiece(peer.key, piece))
  }

  /** We do not have this piece any more; it is downloaded again if it is wanted. @returns whether we had it. */
  pieceLost(piece: number): boolean {
    return piece < this.layout.pieceCount && this.#picker.pieceLost(piece)
  }

  /** A piece that nobody wants is there, by the doing of others. @returns whether we had it not. */
  pieceFound(piece: number): boolean {
    if (piece >= this.layout.pieceCount || this.have.has(piece)) return false
    this.#picker.pieceVerified(piece)
    return true
  }

  /** We let go of this piece for good. @returns whether we had it. */
  pieceReleased(piece: number): boolean {
    return piece < this.layout.pieceCount && this.#picker.pieceReleased(piece)
  }

  /** These are asked for before all others, from the first to the last. */
  focus(ranges: readonly PieceRange[]): void {
    this.#picker.focus(ranges)
  }

  /** How many connected peers have the piece. */
  copies(piece: number): number {
    return this.#picker.copies(piece)
  }

  interesting(peer: SwarmPeer): boolean {
    return this.#requests.interesting(peer)
  }

  /** Whether this piece is one that we want and lack. */
  wants(piece: number): boolean {
    return this.#picker.wants(piece)
  }

  /** Where the bytes of an arriving block go; undefined: it was not asked for, or came too late. */
  target(peer: SwarmPeer, block: Block): Uint8Array | undefined {
    return this.#picker.expects(peer.key, block) ? this.#buffers.target(peer.key, block) : undefined
  }

  /** A block's bytes are all there. @returns the piece that it completed, if it did. */
  receive(peer: SwarmPeer, block: Block, wanted: boolean, now: number): 'unwanted' | 'accepted' | WholePiece {
    const late: PeerKey[] = []
    const outcome = wanted ? this.#picker.received(peer.key, block, late) : 'unwanted'
    if (outcome === 'unwanted' || outcome === 'duplicate') {
      this.#requests.arrived(block, now)
      this.#buffers.forget(peer.key, block)
      this.#discardUnused(block.piece)
      return 'unwanted'
    }
    const writing = this.#buffers.settle(peer.key, block)
    if (writing !== undefined) this.#peers.get(writing)?.connection?.abandonPartialBlock()
    this.#requests.answered(peer, block, now)
    const whole = outcome === 'completed' ? this.#complete(block.piece) : undefined
    // Last, as it asks for more: what is whole now counts as unchecked.
    for (const key of late) this.#requests.cancel(key, block, now)
    return whole ?? 'accepted'
  }

  /** Asks for as many blocks as the peer's pipe holds. Cheap while it is more than half full. */
  refill(peer: SwarmPeer, now: number): 'asked' | 'nothing' {
    return this.#requests.refill(peer, now)
  }

  /** BEP 3: the peer is told at once that it has nothing we lack any more, so that its slot serves another. */
  loseInterest(peer: SwarmPeer, now: number): void {
    this.#requests.loseInterest(peer, now)
  }

  /** Choked (BEP 3: what was asked for is void, but see BEP 6) or gone: others may be asked. */
  giveBack(peer: SwarmPeer): void {
    this.#requests.giveBack(peer)
  }

  /** BEP 6: this block will not come from the peer. `not asked`: it was not waited for. */
  rejected(peer: SwarmPeer, block: Block): 'given back' | 'not asked' {
    return this.#requests.rejected(peer, block)
  }

  /** @returns what a peer that does not deliver deserves. Its blocks go to others at once. */
  checkTimeout(peer: SwarmPeer, now: number): 'fine' | 'snubbed' | 'replace' {
    return this.#requests.checkTimeout(peer, now)
  }

  stored(whole: WholePiece): void {
    this.#picker.pieceVerified(whole.piece)
    this.#release(whole)
    if (this.done) this.#buffers.trim()
  }

  /** Who sent each block of a piece that is being checked; some may have left. */
  sendersOf(piece: number): readonly PeerKey[] {
    return this.#picker.sendersOf(piece)
  }

  /**
   * All of the piece is missing again.
   * @param bytes `kept`: its memory has another use now, and who sent what is noted; `lost`: nothing is; `known`: nor need be.
   */
  mismatched(whole: WholePiece, bytes: 'kept' | 'lost' | 'known'): void {
    if (bytes === 'kept') this.#uncheckedBytes -= whole.data.length
    else this.#release(whole)
    this.#picker.pieceFailed(whole.piece, bytes === 'lost' ? 'alone' : 'others')
  }

  #complete(piece: number): WholePiece {
    const data = this.#buffers.take(piece)
    this.#uncheckedBytes += data.length
    return { piece, data }
  }

  /** How many pieces may be begun. */
  get room(): number {
    const { pieceLength } = this.layout
    const limit = Math.max(MAX_BUFFERED_BYTES, 2 * pieceLength)
    return Math.max(0, Math.floor((limit - this.#uncheckedBytes) / pieceLength) - this.#pieces)
  }

  /** Partial pieces: one that was begun gets its buffer later, and one given back keeps it while somebody still writes there. */
  get #pieces(): number {
    return Math.max(this.#picker.partialCount, this.#buffers.count)
  }

  /** Lets go of the memory of a piece that was given up. */
  discard(piece: number): void {
    this.#buffers.discard(piece)
  }

  #discardUnused(piece: number): void {
    if (!this.#picker.isPartial(piece)) this.#buffers.discard(piece)
  }

  #release(whole: WholePiece): void {
    this.#uncheckedBytes -= whole.data.length
    this.#buffers.recycle(whole.data)
  }
}
