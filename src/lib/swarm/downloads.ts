// The asking side of a torrent: which block goes to which peer, where its bytes land, and what follows when they are
// there. A block is asked of a peer only while that peer's count of `outstanding` says so, and a piece begun only while there
// is room for its buffer.
import type { Bitfield } from '../base/bitfield.ts'
import type { OwnedBytes } from '../base/bytes.ts'
import { BLOCK_LENGTH, type Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import { Picker, type Pace, type PeerKey, type PickOrder } from '../picker/picker.ts'
import { MIN_REQUESTS } from '../picker/pipeline.ts'
import { Lane } from './lane.ts'
import { MAX_BUFFERED_BYTES, MAX_REQUEST_TIMEOUTS, MAX_UNCHECKED_BYTES, REQUEST_TIMEOUT } from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'
import { QueueTime } from './queue-time.ts'
import { TakeOver } from './take-over.ts'
import { PieceBuffers } from './piece-buffers.ts'
import type { RateLimit } from './rate-limit.ts'

/** Seconds of the whole rate that one peer may owe us under a limit: if it were to come all at once, it would be too much. */
const LIMITED_QUEUE_TIME = 1

/** How many times longer than others a slow peer keeps its requests waiting. */
const SLOW = 2

/** A piece all of whose blocks are there, unchecked. */
export interface WholePiece {
  readonly piece: number
  readonly data: OwnedBytes
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
  readonly #outbox: Outbox
  readonly #peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly #queueTime: QueueTime
  readonly #takeOver: TakeOver
  readonly #blockLength: number
  /** Undefined: as fast as it goes. */
  #lane: Lane<SwarmPeer> | undefined
  #uncheckedBytes = 0

  constructor(options: DownloadsOptions) {
    this.layout = options.layout
    this.#blockLength = Math.min(BLOCK_LENGTH, options.layout.pieceLength)
    this.have = options.have
    this.#picker = new Picker(options)
    this.#buffers = new PieceBuffers(options.layout)
    this.#outbox = options.outbox
    this.#peers = options.peers
    this.#queueTime = new QueueTime(options.peers, options.layout.pieceLength)
    this.#takeOver = new TakeOver(this.#picker, options.peers)
  }

  /** Keeps to these limits from now on; none: as fast as it goes. */
  limit(limits: readonly RateLimit[], now: number): void {
    this.#lane?.close()
    this.#lane =
      limits.length === 0 ? undefined : new Lane(limits, (peer, share, now) => this.#askWithin(peer, share, now))
    for (const peer of this.#peers.values()) this.refill(peer, now)
  }

  /** When limits let blocks be asked for again. */
  get laneDeadline(): number {
    return this.#lane?.deadline ?? Infinity
  }

  handleLane(now: number): void {
    this.#lane?.handleTimeout(now)
  }

  /** The disk or the hasher is behind; nothing is asked for until a piece is through. */
  get backedUp(): boolean {
    return this.#uncheckedBytes >= MAX_UNCHECKED_BYTES
  }

  /** No piece is begun: too much memory is in use. Partial pieces go on. */
  get crowded(): boolean {
    return this.#room === 0
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
    this.giveBack(peer)
    this.#lane?.leave(peer)
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
    if (peer.connection?.fast !== true) this.#void(peer, this.#picker.releasePiece(peer.key, piece))
  }

  /** We do not have this piece any more; it is downloaded again if it is wanted. @returns whether we had it. */
  pieceLost(piece: number): boolean {
    return piece < this.layout.pieceCount && this.#picker.pieceLost(piece)
  }

  /** How many connected peers have the piece. */
  copies(piece: number): number {
    return this.#picker.copies(piece)
  }

  interesting(peer: SwarmPeer): boolean {
    return peer.has !== undefined && !this.#picker.done && this.#picker.isInteresting(peer.has)
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
    this.#lane?.arrived(block.length, now)
    if (!wanted || !this.#picker.expects(peer.key, block)) {
      this.#buffers.forget(peer.key, block)
      this.#discardUnused(block.piece)
      return 'unwanted'
    }
    const late = this.#buffers.settle(peer.key, block)
    if (late !== undefined) this.#peers.get(late)?.connection?.abandonPartialBlock()
    const others = this.#picker.otherRequesters(peer.key, block)
    const outcome = this.#picker.received(peer.key, block)
    this.#progress(peer, block, now)
    const whole = outcome === 'completed' ? this.#complete(block.piece) : undefined
    // Last, as it asks for more: what is whole now counts as unchecked.
    for (const key of others) this.#cancel(key, block, now)
    return whole ?? 'accepted'
  }

  /** Asks for as many blocks as the peer's pipe holds. Cheap while it is more than half full. */
  refill(peer: SwarmPeer, now: number): 'asked' | 'nothing' {
    const depth = this.#depth(peer, now)
    const before = peer.outstanding
    const { size, refillAt } = peer.pipeline
    if (depth === 0 || before > (depth === size ? refillAt : depth / 2)) return 'nothing'
    if (this.#lane === undefined) this.#ask(peer, depth - before, now)
    else this.#lane.join(peer, now)
    return peer.outstanding > before ? 'asked' : 'nothing'
  }

  /** How many requests the peer may have outstanding. */
  #depth(peer: SwarmPeer, now: number): number {
    const { connection } = peer
    if (connection === undefined || peer.has === undefined || connection.closed) return 0
    if (!connection.amInterested || this.backedUp || now < peer.fast.pausedUntil) return 0
    if (connection.peerChoking && peer.fast.allowed.size === 0) return 0
    if (peer.snubbed) return 1
    if (this.#lane === undefined) return peer.pipeline.size
    const within = Math.ceil((this.#lane.rate * LIMITED_QUEUE_TIME) / this.#blockLength)
    return Math.min(peer.pipeline.size, Math.max(MIN_REQUESTS, within))
  }

  #ask(peer: SwarmPeer, count: number, now: number): number {
    const { connection, has } = peer
    if (connection === undefined || has === undefined) return 0
    const blocks = this.#pick(peer, has, count, now)
    if (blocks.length === 0) {
      this.loseInterest(peer, now)
      return 0
    }
    if (peer.outstanding === 0) peer.lastProgress = now
    peer.outstanding += blocks.length
    peer.pipeline.onRequests(blocks.length, now)
    for (const block of blocks) connection.request(block, now)
    this.#outbox.touch(peer)
    return blocks.length
  }

  /** The peer's turn under a limit. @returns the bytes that were asked for, all blocks taken for whole ones. */
  #askWithin(peer: SwarmPeer, share: number, now: number): number {
    const count = Math.min(this.#depth(peer, now) - peer.outstanding, Math.floor(share / this.#blockLength))
    return count > 0 ? this.#ask(peer, count, now) * this.#blockLength : 0
  }

  /** What was asked for will not come. */
  #void(peer: SwarmPeer, count: number): void {
    peer.outstanding = Math.max(0, peer.outstanding - count)
    peer.pipeline.onVoid(count)
    this.#lane?.refund(count * this.#blockLength)
  }

  /** BEP 3: the peer is told at once that it has nothing we lack any more, so that its slot serves another. */
  loseInterest(peer: SwarmPeer, now: number): void {
    if (peer.outstanding > 0 || peer.connection?.amInterested !== true || this.interesting(peer)) return
    peer.connection.notInterested(now)
    this.#outbox.touch(peer)
  }

  /** Choked (BEP 3: what was asked for is void, but see BEP 6) or gone: others may be asked. */
  giveBack(peer: SwarmPeer): void {
    this.#picker.releaseAll(peer.key)
    this.#void(peer, peer.outstanding)
  }

  /** BEP 6: this block will not come from the peer. `not asked`: it was not waited for. */
  rejected(peer: SwarmPeer, block: Block): 'given back' | 'not asked' {
    if (this.#picker.release(peer.key, block) === 'not asked') return 'not asked'
    this.#void(peer, 1)
    return 'given back'
  }

  /** @returns what a peer that does not deliver deserves. Its blocks go to others at once. */
  checkTimeout(peer: SwarmPeer, now: number): 'fine' | 'snubbed' | 'replace' {
    if (peer.outstanding === 0 || now - peer.lastProgress < REQUEST_TIMEOUT) return 'fine'
    for (const block of this.#picker.releaseAll(peer.key)) peer.connection?.cancel(block)
    this.#void(peer, peer.outstanding)
    peer.snubbed = true
    peer.timeouts++
    return peer.timeouts >= MAX_REQUEST_TIMEOUTS ? 'replace' : 'snubbed'
  }

  stored(whole: WholePiece): void {
    this.#picker.pieceVerified(whole.piece)
    this.#release(whole)
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
  get #room(): number {
    const { pieceLength } = this.layout
    const limit = Math.max(MAX_BUFFERED_BYTES, 2 * pieceLength)
    return Math.max(0, Math.floor((limit - this.#uncheckedBytes) / pieceLength) - this.#pieces)
  }

  /** Partial pieces: one that was begun gets its buffer later, and one given back keeps it while somebody still writes there. */
  get #pieces(): number {
    return Math.max(this.#picker.partialCount, this.#buffers.count)
  }

  #pick(peer: SwarmPeer, has: Bitfield, count: number, now: number): readonly Block[] {
    // BEP 6: while choked only what the peer allows; else first what it suggests.
    const choking = peer.connection?.peerChoking === true
    const named = choking ? peer.fast.allowed : peer.fast.suggested
    const blocks = this.#picker.pickFrom(peer.key, has, named, count, this.#room)
    if (choking || blocks.length === count) return blocks
    blocks.push(...this.#picker.pick(peer.key, has, count - blocks.length, this.#room, this.#paceOf(peer, now)))
    if (blocks.length > 0) return blocks
    const taken = this.#takeOver.pick(peer, has, count, this.crowded, now)
    if (taken.length > 0 || peer.outstanding > 0 || !this.crowded) return taken
    // A peer that has none of the partial pieces waits while they make progress, not longer: they may be of peers long gone.
    const piece = this.#picker.giveUpFor(has)
    if (piece === undefined) return blocks
    this.#buffers.discard(piece)
    return this.#picker.pick(peer.key, has, count, this.#room)
  }

  /** A peer is slow that keeps even the fewest requests waiting much longer than others; so may be one that is new. */
  #paceOf(peer: SwarmPeer, now: number): Pace {
    const wait = peer.pipeline.timeFor(MIN_REQUESTS)
    return wait !== undefined && wait <= SLOW * this.#queueTime.at(now) ? 'brisk' : 'slow'
  }

  #discardUnused(piece: number): void {
    if (!this.#picker.isPartial(piece)) this.#buffers.discard(piece)
  }

  #release(whole: WholePiece): void {
    this.#uncheckedBytes -= whole.data.length
    this.#buffers.recycle(whole.data)
  }

  #progress(peer: SwarmPeer, block: Block, now: number): void {
    peer.outstanding = Math.max(0, peer.outstanding - 1)
    peer.lastProgress = now
    peer.timeouts = 0
    peer.snubbed = false
    peer.fast.served()
    peer.download.add(block.length, now)
    peer.pipeline.onBlock(now, this.#queueTime.at(now))
  }

  /** BEP 3, endgame: the others who were asked for a block that has come are told so, and asked for something else. */
  #cancel(key: PeerKey, block: Block, now: number): void {
    const other = this.#peers.get(key)
    if (other === undefined) return
    other.connection?.cancel(block)
    this.#outbox.touch(other)
    this.#void(other, 1)
    this.refill(other, now)
  }
}
