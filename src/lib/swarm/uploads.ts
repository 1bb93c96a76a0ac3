// The serving side of a torrent: who is unchoked, and which blocks are read for them. What a peer asked for is read and sent
// in runs, ahead of its socket (`read-ahead.ts`); a peer we choke has nothing queued but what it is allowed to have even then
// (BEP 6).
import type { Bitfield } from '../base/bitfield.ts'
import { networkOf } from '../discovery/ip.ts'
import { BLOCK_LENGTH, type Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { PeerKey } from '../picker/picker.ts'
import type { Choker } from './choker.ts'
import type { FastGrants } from './fast-grants.ts'
import { Lane } from './lane.ts'
import { MAX_QUEUED_UPLOADS, MAX_UPLOAD_WINDOW } from './limits.ts'
import { EARNED_BY_BLOCK } from './message-budget.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'
import type { RateLimit } from './rate-limit.ts'
import { isStalled, lengthOf, nextRun, pipeOf, windowOf } from './read-ahead.ts'
import type { Suggestions } from './suggestions.ts'
import type { SuperSeed } from './super-seed.ts'

export class Uploads {
  readonly #choker: Choker
  readonly #grants: FastGrants
  readonly #outbox: Outbox
  readonly #peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly #have: Bitfield
  readonly #layout: PieceLayout
  /** Undefined: as fast as it goes. */
  #lane: Lane<SwarmPeer> | undefined
  readonly #superSeed: SuperSeed | undefined
  readonly #suggestions: Suggestions | undefined

  constructor(options: {
    choker: Choker
    grants: FastGrants
    outbox: Outbox
    peers: ReadonlyMap<PeerKey, SwarmPeer>
    have: Bitfield
    layout: PieceLayout
    superSeed?: SuperSeed | undefined
    suggestions?: Suggestions | undefined
  }) {
    this.#choker = options.choker
    this.#grants = options.grants
    this.#outbox = options.outbox
    this.#peers = options.peers
    this.#have = options.have
    this.#layout = options.layout
    this.#superSeed = options.superSeed
    this.#suggestions = options.suggestions
  }

  /** @returns `flood` where the peer has more waiting, or has asked for more in vain, than anyone may. */
  request(peer: SwarmPeer, block: Block, now: number): 'queued' | 'refused' | 'flood' {
    if (!this.#mayHave(peer, block)) return this.#refuse(peer, block)
    if (peer.wants.length >= MAX_QUEUED_UPLOADS) return 'flood'
    peer.wants.push(block)
    this.#suggestions?.asked(peer, block.piece, now)
    return 'queued'
  }

  cancel(peer: SwarmPeer, block: Block): void {
    const at = peer.wants.findIndex(want => want.piece === block.piece && want.offset === block.offset)
    if (at < 0) return
    // BEP 6: a request that is cancelled is answered too.
    for (const want of peer.wants.splice(at, 1)) this.#reject(peer, want)
  }

  /** We do not have this piece any more: what waits of it is turned down. */
  pieceLost(piece: number): void {
    for (const peer of this.#peers.values()) {
      const waiting = peer.wants.splice(0)
      for (const want of waiting) {
        if (want.piece === piece) this.#reject(peer, want)
        else peer.wants.push(want)
      }
    }
  }

  /** Tells a peer whose pieces have become known what it may ask for while choked (BEP 6). */
  offerFast(peer: SwarmPeer): void {
    this.#grants.offer(peer)
  }

  /** Keeps to these limits from now on; none: as fast as it goes. */
  limit(limits: readonly RateLimit[], now: number): void {
    this.#lane?.close()
    this.#lane = limits.length === 0 ? undefined : new Lane(limits, (peer, share, now) => this.#read(peer, share, now))
    for (const peer of this.#peers.values()) this.serve(peer, now)
  }

  leave(peer: SwarmPeer): void {
    this.#lane?.leave(peer)
    this.#suggestions?.leave(peer)
  }

  /** When limits let bytes go again. */
  get laneDeadline(): number {
    return this.#lane?.deadline ?? Infinity
  }

  handleLane(now: number): void {
    this.#lane?.handleTimeout(now)
  }

  /** Reads on for this peer while its pipe has room. */
  serve(peer: SwarmPeer, now: number): void {
    if (peer.wants.length === 0) return
    if (this.#lane !== undefined) return this.#lane.join(peer, now)
    while (this.#read(peer, Infinity, now) > 0);
  }

  /** Bytes that may wait before a peer's socket: under a limit what goes in a second, or who stands still would hoard them. */
  get #mayWait(): number {
    return this.#lane === undefined ? MAX_UPLOAD_WINDOW : Math.max(BLOCK_LENGTH, this.#lane.rate)
  }

  /** Reads one run, of so many bytes at most unless its first block is larger. @returns its bytes; 0: there is none. */
  #read(peer: SwarmPeer, most: number, now: number): number {
    const before = peer.serving
    const blocks = nextRun(peer, most, Math.min(windowOf(peer, now), this.#mayWait))
    if (blocks.length > 0) this.#outbox.push({ type: 'serve', key: peer.key, blocks })
    return peer.serving - before
  }

  /**
   * A run is here.
   * @param run as `frameRun` lays it out; undefined: it could not be read.
   * @returns the bytes of blocks that are on their way now.
   */
  served(peer: SwarmPeer, blocks: readonly Block[], run: Uint8Array | undefined, now: number): number {
    const length = lengthOf(blocks)
    peer.serving -= length
    const { connection } = peer
    if (connection === undefined) return 0
    // Choked meanwhile: the peer will ask again (BEP 3), so the bytes would be wasted.
    if (run === undefined || (connection.amChoking && !blocks.every(block => maySend(peer, block)))) {
      this.#turnDown(peer, blocks)
      this.unsent(blocks)
      return 0
    }
    connection.sendRun(run, now)
    peer.upload.add(length, now)
    peer.lastTaken = now
    peer.budget.earn(blocks.length * EARNED_BY_BLOCK)
    this.#grants.earn(length)
    if (!peer.servedAny) {
      peer.servedAny = true
      this.#outbox.alert({ type: 'uploadStarted', address: peer.address, client: peer.client })
    }
    this.#outbox.touch(peer)
    return length
  }

  /** A run that was read is not sent. */
  unsent(blocks: readonly Block[]): void {
    this.#lane?.refund(lengthOf(blocks))
  }

  /** Chooses whom to serve; between rounds only where slots are free (`interested` came from a new peer). */
  rechoke(now: number, seeding: boolean): void {
    const candidates = []
    for (const peer of this.#peers.values()) {
      if (!peer.handshaken || peer.connection === undefined) continue
      candidates.push({
        key: peer.key,
        // BEP 21: who downloads nothing needs no slot, whatever it says.
        interested: peer.connection.peerInterested && !peer.uploadOnly,
        choked: peer.connection.amChoking,
        downloadRate: peer.download.rate(now),
        uploadRate: peer.upload.rate(now),
        connectedAt: peer.connectedAt,
        lastUnchokedAt: peer.lastUnchokedAt,
        snubbed: peer.snubbed,
        stalled: isStalled(peer, now),
        idle: pipeOf(peer) === 0 && peer.wants.length === 0 && peer.upload.rate(now) === 0,
        host: networkOf(peer.address.host),
      })
    }
    const { unchoke, choke } = this.#choker.decide(candidates, now, seeding)
    for (const key of choke) this.#choke(key, now)
    for (const key of unchoke) this.#unchoke(key, now)
    this.#suggestions?.round(now)
  }

  get nextRound(): number {
    return this.#choker.deadline
  }

  #choke(key: PeerKey, now: number): void {
    const peer = this.#peers.get(key)
    if (peer === undefined) return
    peer.connection?.choke(now)
    this.#suggestions?.choked(peer)
    // BEP 6: first the choke, then the rejects, or the peer would ask again.
    this.#turnDown(peer, peer.wants.splice(0))
    this.#outbox.touch(peer)
  }

  #unchoke(key: PeerKey, now: number): void {
    const peer = this.#peers.get(key)
    if (peer === undefined) return
    peer.lastUnchokedAt = now
    if (peer.offeredAt <= peer.lastTaken) peer.offeredAt = now
    peer.refused = 0
    peer.connection?.unchoke(now)
    this.#outbox.touch(peer)
  }

  #mayHave(peer: SwarmPeer, block: Block): boolean {
    if (block.piece >= this.#layout.pieceCount || !this.#have.has(block.piece)) return false
    if (!this.#layout.isRequestable(block)) return false
    if (this.#superSeed?.admits(peer, block.piece) === false) return false
    return peer.connection?.amChoking === false || this.#grants.take(peer, block) === 'granted'
  }

  /** BEP 3: requests that cross our choke on the wire are normal and are dropped without a word; BEP 6: with a reject. */
  #refuse(peer: SwarmPeer, block: Block): 'refused' | 'flood' {
    this.#reject(peer, block)
    return ++peer.refused > MAX_QUEUED_UPLOADS ? 'flood' : 'refused'
  }

  /** Rejects what a peer may not have now, or is here no longer; for the rest it still waits. */
  #turnDown(peer: SwarmPeer, blocks: readonly Block[]): void {
    for (const block of blocks) {
      if (this.#have.has(block.piece) && maySend(peer, block)) peer.wants.push(block)
      else this.#reject(peer, block)
    }
  }

  #reject(peer: SwarmPeer, block: Block): void {
    if (peer.connection?.fast !== true) return
    peer.connection.reject(block)
    this.#outbox.touch(peer)
  }
}

/** Whether a block that the peer asked for may still go out. */
function maySend(peer: SwarmPeer, block: Block): boolean {
  return peer.connection?.amChoking === false || peer.fast.granted.has(block.piece)
}
