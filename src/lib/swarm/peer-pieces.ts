// Who has what, in both directions: what peers are told of our pieces, and what they tell of theirs.
import type { Bitfield } from '../base/bitfield.ts'
import type { PeerConnection } from '../wire/connection.ts'
import { DONT_HAVE, encodeDontHave } from './core-extensions.ts'
import { EARNED_BY_HAVE } from './message-budget.ts'
import { readBitfield, type SwarmPeer } from './peer.ts'
import type { PeerEventsHost } from './peer-events.ts'

export interface PeerPiecesHost extends Pick<PeerEventsHost, 'outbox' | 'roster' | 'transfer' | 'drop'> {
  /** What the peer has changed: whether we are interested may have, too. */
  reconsider(peer: SwarmPeer, now: number): void
}

export class PeerPieces {
  readonly #host: PeerPiecesHost

  constructor(host: PeerPiecesHost) {
    this.#host = host
  }

  /** The handshakes are done: tells the peer what we have. */
  greet(peer: SwarmPeer): void {
    const transfer = this.#host.transfer()
    // BEP 16: who super-seeds passes for one that has nothing.
    const shown = transfer?.superSeed === undefined ? transfer?.downloads.have : undefined
    if (peer.connection !== undefined) sendHave(peer.connection, shown)
    if (transfer === undefined) return
    peer.learnPieceCount(transfer.downloads.layout.pieceCount)
    transfer.downloads.join(peer)
  }

  /** The piece count has become known while this peer was connected, so it hears of our pieces one by one. */
  enter(peer: SwarmPeer, now: number): void {
    const transfer = this.#host.transfer()
    if (transfer === undefined || peer.connection === undefined) return
    const { layout, have } = transfer.downloads
    peer.connection.setPieceCount(layout.pieceCount)
    if (!peer.handshaken) return
    if (!peer.learnPieceCount(layout.pieceCount)) return this.#misfit(peer, now)
    transfer.downloads.join(peer)
    if (transfer.superSeed === undefined) for (const piece of have.indices()) peer.connection.have(piece)
    this.#show(peer, now)
    this.#host.reconsider(peer, now)
  }

  /**
   * Tells everyone who lacks the piece that we have it, and seeds, which choose by it what to spread next; and those who have
   * nothing else for us that we are done.
   */
  announce(piece: number, now: number): void {
    const downloads = this.#host.transfer()?.downloads
    for (const peer of this.#host.roster.peers.values()) {
      if (!peer.handshaken) continue
      downloads?.loseInterest(peer, now)
      if (!peer.isSeed && peer.has?.has(piece) === true) continue
      peer.connection?.have(piece)
      peer.budget.earn(EARNED_BY_HAVE)
      // Small pieces come by the hundred in one turn of the driver: each by itself would be a packet.
      this.#host.outbox.touchLater(peer)
    }
  }

  /** Tells everyone who listens (BEP 54) that we do not have the piece any more. */
  retract(piece: number): void {
    for (const peer of this.#host.roster.peers.values()) {
      const id = peer.extensions?.idOf(DONT_HAVE)
      if (id === undefined || !peer.handshaken) continue
      peer.connection?.extended(id, encodeDontHave(piece))
      this.#host.outbox.touch(peer)
    }
  }

  /** A set of pieces that the peer may ask for while choked (BEP 6): once it is interested, or most would be told in vain. */
  offerFast(peer: SwarmPeer): void {
    const transfer = this.#host.transfer()
    if (transfer?.superSeed === undefined && peer.connection?.peerInterested === true) transfer?.uploads.offerFast(peer)
  }

  onHave(peer: SwarmPeer, piece: number, now: number): void {
    const transfer = this.#host.transfer()
    if (transfer === undefined) return peer.earlyHave(piece)
    const { downloads, superSeed } = transfer
    downloads.gained(peer, piece)
    superSeed?.heard(peer, piece, now)
    if (peer.connection?.amInterested !== true && downloads.wants(piece)) peer.connection?.interested(now)
    if (peer.isSeed) this.#host.reconsider(peer, now)
  }

  /** @param said its bitfield, or `all` or nothing (BEP 6). */
  onBitfield(peer: SwarmPeer, said: Uint8Array | 'all' | undefined, now: number): void {
    const transfer = this.#host.transfer()
    if (transfer === undefined) {
      peer.earlyBitfield = said
      peer.earlyHaves = undefined
      return
    }
    const has = readBitfield(said, transfer.downloads.layout.pieceCount)
    if (has === undefined) return this.#misfit(peer, now)
    transfer.downloads.replaceHas(peer, has)
    this.#show(peer, now)
    this.#host.reconsider(peer, now)
  }

  /** BEP 54. Before the piece count is known it is ignored: should we ask for the piece, the peer will reject that. */
  onDontHave(peer: SwarmPeer, piece: number, now: number): void {
    this.#host.transfer()?.downloads.lost(peer, piece)
    this.#host.reconsider(peer, now)
  }

  /** What the peer has is known: it is told what it may want of us, in the ways of BEP 6 and 16. */
  #show(peer: SwarmPeer, now: number): void {
    this.offerFast(peer)
    this.#host.transfer()?.superSeed?.join(peer, now)
  }

  #misfit(peer: SwarmPeer, now: number): void {
    this.#host.drop(peer, 'bad-bitfield', 'its bitfield does not fit the torrent', now)
  }
}

/** BEP 3: the bitfield is the first message, left out by who has nothing; BEP 6: who has all or nothing says so in five bytes. */
function sendHave(connection: PeerConnection, have: Bitfield | undefined): void {
  if (have?.complete === true && connection.fast) connection.haveAll()
  else if (have !== undefined && have.count > 0) connection.bitfield(have)
  else if (connection.fast) connection.haveNone()
}
