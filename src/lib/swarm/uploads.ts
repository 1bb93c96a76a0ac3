// The serving side of a torrent: who is unchoked, and which blocks are read for them. What a peer asked for is read and sent
// in runs, ahead of its socket by at most half a second of its rate; a peer we choke has nothing queued.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { PeerKey } from '../picker/picker.ts'
import type { Choker } from './choker.ts'
import {
  MAX_QUEUED_UPLOADS,
  MAX_RUN_BLOCKS,
  MAX_RUN_BYTES,
  MAX_UPLOAD_WINDOW,
  MIN_UPLOAD_WINDOW,
  UPLOAD_AHEAD,
} from './limits.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'

export class Uploads {
  readonly #choker: Choker
  readonly #outbox: Outbox
  readonly #peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly #have: Bitfield
  readonly #layout: PieceLayout

  constructor(options: {
    choker: Choker
    outbox: Outbox
    peers: ReadonlyMap<PeerKey, SwarmPeer>
    have: Bitfield
    layout: PieceLayout
  }) {
    this.#choker = options.choker
    this.#outbox = options.outbox
    this.#peers = options.peers
    this.#have = options.have
    this.#layout = options.layout
  }

  /** @returns `flood` where the peer has more waiting than anyone may. */
  request(peer: SwarmPeer, block: Block): 'queued' | 'ignored' | 'flood' {
    // BEP 3: requests that cross our choke on the wire are normal and are dropped without a word.
    if (peer.connection?.amChoking !== false) return 'ignored'
    if (block.piece >= this.#layout.pieceCount || !this.#have.has(block.piece)) return 'ignored'
    if (!this.#layout.isRequestable(block)) return 'ignored'
    if (peer.wants.length >= MAX_QUEUED_UPLOADS) return 'flood'
    peer.wants.push(block)
    return 'queued'
  }

  cancel(peer: SwarmPeer, block: Block): void {
    const at = peer.wants.findIndex(want => want.piece === block.piece && want.offset === block.offset)
    if (at >= 0) peer.wants.splice(at, 1)
  }

  /** Reads on for this peer while its pipe has room. */
  serve(peer: SwarmPeer, now: number): void {
    for (;;) {
      const blocks = nextRun(peer, now)
      if (blocks.length === 0) return
      this.#outbox.push({ type: 'serve', key: peer.key, blocks })
    }
  }

  /**
   * A run is here.
   * @param run as `frameRun` lays it out; undefined: it could not be read.
   * @returns the bytes of blocks that are on their way now.
   */
  served(peer: SwarmPeer, blocks: readonly Block[], run: Uint8Array | undefined, now: number): number {
    const length = lengthOf(blocks)
    peer.serving -= length
    // Choked meanwhile: the peer will ask again (BEP 3), so the bytes would be wasted.
    if (run === undefined || peer.connection === undefined || peer.connection.amChoking) return 0
    peer.connection.sendRun(run, now)
    peer.upload.add(length, now)
    if (!peer.servedAny) {
      peer.servedAny = true
      this.#outbox.alert({ type: 'uploadStarted', address: peer.address, client: peer.client })
    }
    this.#outbox.touch(peer)
    return length
  }

  /** Chooses whom to serve; between rounds only where slots are free (`interested` came from a new peer). */
  rechoke(now: number, seeding: boolean): void {
    const candidates = []
    for (const peer of this.#peers.values()) {
      if (!peer.handshaken || peer.connection === undefined) continue
      candidates.push({
        key: peer.key,
        interested: peer.connection.peerInterested,
        choked: peer.connection.amChoking,
        downloadRate: peer.download.rate(now),
        uploadRate: peer.upload.rate(now),
        connectedAt: peer.connectedAt,
        lastUnchokedAt: peer.lastUnchokedAt,
        snubbed: peer.snubbed,
      })
    }
    const { unchoke, choke } = this.#choker.decide(candidates, now, seeding)
    for (const key of choke) this.#choke(key, now)
    for (const key of unchoke) this.#unchoke(key, now)
  }

  get nextRound(): number {
    return this.#choker.deadline
  }

  #choke(key: PeerKey, now: number): void {
    const peer = this.#peers.get(key)
    if (peer === undefined) return
    peer.wants.length = 0
    peer.connection?.choke(now)
    this.#outbox.touch(peer)
  }

  #unchoke(key: PeerKey, now: number): void {
    const peer = this.#peers.get(key)
    if (peer === undefined) return
    peer.lastUnchokedAt = now
    peer.connection?.unchoke(now)
    this.#outbox.touch(peer)
  }
}

/** The next run of blocks to read for this peer, taken off its queue; empty: nothing wanted, or its pipe is full. */
function nextRun(peer: SwarmPeer, now: number): readonly Block[] {
  const { connection, wants } = peer
  if (connection === undefined || connection.closed || wants.length === 0) return []
  const ahead = peer.upload.rate(now) * UPLOAD_AHEAD
  const window = Math.min(Math.max(ahead, MIN_UPLOAD_WINDOW), MAX_UPLOAD_WINDOW)
  if (peer.serving + connection.queuedBytes >= window) return []
  const most = Math.min(window / 2, MAX_RUN_BYTES)
  let bytes = 0
  let count = 0
  for (const block of wants) {
    if (count === MAX_RUN_BLOCKS || (count > 0 && bytes + block.length > most)) break
    bytes += block.length
    count++
  }
  peer.serving += bytes
  return wants.splice(0, count)
}

function lengthOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, block) => sum + block.length, 0)
}
