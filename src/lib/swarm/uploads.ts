// The serving side of a torrent: who is unchoked, and which blocks are read for them. What a peer asked for is read in
// contiguous runs, ahead of its socket by at most UPLOAD_WINDOW bytes; a peer we choke has nothing queued.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { PeerKey } from '../picker/picker.ts'
import type { Choker } from './choker.ts'
import { MAX_QUEUED_UPLOADS, MAX_SERVE_BYTES, UPLOAD_WINDOW } from './limits.ts'
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
  serve(peer: SwarmPeer): void {
    for (;;) {
      const blocks = nextRun(peer)
      if (blocks.length === 0) return
      this.#outbox.push({ type: 'serve', key: peer.key, blocks })
    }
  }

  /** The bytes of a run are here. */
  served(peer: SwarmPeer, blocks: readonly Block[], data: readonly Uint8Array[], now: number): number {
    let sent = 0
    for (const [index, block] of blocks.entries()) {
      peer.serving -= block.length
      const bytes = data[index]
      // Choked meanwhile: the peer will ask again (BEP 3), so the bytes would be wasted.
      if (bytes === undefined || peer.connection === undefined || peer.connection.amChoking) continue
      peer.connection.sendBlock(block, bytes)
      sent += block.length
    }
    peer.upload.add(sent, now)
    if (sent > 0 && !peer.servedAny) {
      peer.servedAny = true
      this.#outbox.alert({ type: 'uploadStarted', address: peer.address, client: peer.client })
    }
    this.#outbox.touch(peer)
    return sent
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
function nextRun(peer: SwarmPeer): readonly Block[] {
  const connection = peer.connection
  if (connection === undefined || connection.closed || peer.wants.length === 0) return []
  if (peer.serving + connection.queuedBytes >= UPLOAD_WINDOW) return []
  let bytes = 0
  let count = 0
  let previous: Block | undefined
  for (const block of peer.wants) {
    const follows =
      previous === undefined || (previous.piece === block.piece && previous.offset + previous.length === block.offset)
    if (!follows || (count > 0 && bytes + block.length > MAX_SERVE_BYTES)) break
    bytes += block.length
    count++
    previous = block
  }
  peer.serving += bytes
  return peer.wants.splice(0, count)
}
