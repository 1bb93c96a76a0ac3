// How much each peer is asked for: a block is asked of a peer only while that peer's count of `outstanding` says so. Which
// blocks these are is `RequestChoice`'s.
import { BLOCK_LENGTH, type Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { PeerKey, Picker } from '../picker/picker.ts'
import { MIN_REQUESTS } from '../picker/pipeline.ts'
import { Lane } from './lane.ts'
import { MAX_BUFFERED_BYTES, MAX_REQUEST_TIMEOUTS, REQUEST_TIMEOUT } from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'
import { QueueTime } from './queue-time.ts'
import type { RateLimit } from './rate-limit.ts'
import { RequestChoice } from './request-choice.ts'

/** Seconds of the whole rate that one peer may owe us under a limit: if it were to come all at once, it would be too much. */
const LIMITED_QUEUE_TIME = 1

/** What bounds the requests besides the peers. */
export interface Memory {
  /** The disk or the hasher is behind; nothing is asked for until a piece is through. */
  readonly backedUp: boolean
  /** How many pieces may be begun. */
  readonly room: number
  /** Lets go of the memory of a piece that was given up. */
  discard(piece: number): void
}

export interface RequestsOptions {
  readonly layout: PieceLayout
  readonly picker: Picker
  readonly memory: Memory
  readonly outbox: Outbox
  /** The connected peers, by key. */
  readonly peers: ReadonlyMap<PeerKey, SwarmPeer>
}

export class Requests {
  readonly #picker: Picker
  readonly #memory: Memory
  readonly #outbox: Outbox
  readonly #peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly #queueTime: QueueTime
  readonly #choice: RequestChoice
  readonly #blockLength: number
  /** Undefined: as fast as it goes. */
  #lane: Lane<SwarmPeer> | undefined

  constructor(options: RequestsOptions) {
    const { layout, picker, peers } = options
    this.#picker = picker
    this.#memory = options.memory
    this.#outbox = options.outbox
    this.#peers = peers
    this.#queueTime = new QueueTime(peers, layout.pieceLength, () =>
      Math.min(MAX_BUFFERED_BYTES, picker.span * layout.pieceLength),
    )
    this.#choice = new RequestChoice({
      picker,
      memory: options.memory,
      peers,
      queueTime: this.#queueTime,
      onLetDown: (owner, released) => this.#letDown(owner, released),
    })
    this.#blockLength = Math.min(BLOCK_LENGTH, layout.pieceLength)
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

  /** A block came that was asked for. */
  answered(peer: SwarmPeer, block: Block, now: number): void {
    this.arrived(block, now)
    peer.outstanding = Math.max(0, peer.outstanding - 1)
    peer.lastProgress = now
    peer.timeouts = 0
    peer.snubbed = false
    peer.fast.served()
    peer.download.add(block.length, now)
    peer.pipeline.onBlock(now, this.#queueTime.at(now))
  }

  /** A block came, asked for or not. */
  arrived(block: Block, now: number): void {
    this.#lane?.arrived(block.length, now)
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
    if (!connection.amInterested || this.#memory.backedUp || now < peer.fast.pausedUntil) return 0
    if (connection.peerChoking && peer.fast.allowed.size === 0) return 0
    if (peer.snubbed) return 1
    if (this.#lane === undefined) return peer.pipeline.size
    const within = Math.ceil((this.#lane.rate * LIMITED_QUEUE_TIME) / this.#blockLength)
    return Math.min(peer.pipeline.size, Math.max(MIN_REQUESTS, within))
  }

  #ask(peer: SwarmPeer, count: number, now: number): number {
    const { connection, has } = peer
    if (connection === undefined || has === undefined) return 0
    const blocks = this.#choice.pick(peer, has, count, now)
    if (blocks.length === 0) {
      this.loseInterest(peer, now)
      return 0
    }
    if (peer.outstanding === 0) peer.lastProgress = now
    peer.outstanding += blocks.length
    peer.asked += blocks.length
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
  void(peer: SwarmPeer, count: number): void {
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

  /** Whether the peer has a piece that we want and lack. */
  interesting(peer: SwarmPeer): boolean {
    return peer.has !== undefined && !this.#picker.done && this.#picker.isInteresting(peer.has)
  }

  leave(peer: SwarmPeer): void {
    this.giveBack(peer)
    this.#lane?.leave(peer)
  }

  /** Choked (BEP 3: what was asked for is void, but see BEP 6) or gone: others may be asked. */
  giveBack(peer: SwarmPeer): void {
    this.#picker.releaseAll(peer.key)
    this.void(peer, peer.outstanding)
  }

  /** BEP 6: this block will not come from the peer. `not asked`: it was not waited for. */
  rejected(peer: SwarmPeer, block: Block): 'given back' | 'not asked' {
    if (this.#picker.release(peer.key, block) === 'not asked') return 'not asked'
    this.void(peer, 1)
    return 'given back'
  }

  /** @returns what a peer that does not deliver deserves. Its blocks go to others at once. */
  checkTimeout(peer: SwarmPeer, now: number): 'fine' | 'snubbed' | 'replace' {
    if (peer.outstanding === 0 || now - peer.lastProgress < REQUEST_TIMEOUT) return 'fine'
    for (const block of this.#picker.releaseAll(peer.key)) peer.connection?.cancel(block)
    this.void(peer, peer.outstanding)
    peer.snubbed = true
    peer.timeouts++
    return peer.timeouts >= MAX_REQUEST_TIMEOUTS ? 'replace' : 'snubbed'
  }

  /** BEP 3, endgame: the others who were asked for a block that has come are told so, and asked for something else. */
  cancel(key: PeerKey, block: Block, now: number): void {
    const other = this.#peers.get(key)
    if (other === undefined) return
    other.connection?.cancel(block)
    this.#outbox.touch(other)
    this.void(other, 1)
    this.refill(other, now)
  }

  #letDown(owner: PeerKey, released: readonly Block[]): void {
    const before = this.#peers.get(owner)
    if (before === undefined) return
    for (const block of released) before.connection?.cancel(block)
    this.void(before, released.length)
    before.letDown++
    this.#outbox.touch(before)
  }
}
