// What each event of the wire means for the torrent.
import type { Block } from '../metainfo/block.ts'
import type { PeerEvent } from '../wire/connection.ts'
import type { ExtendedHandshake } from '../wire/extended.ts'
import { supportsExtended, type Handshake } from '../wire/handshake.ts'
import { clientName } from './client-name.ts'
import type { WholePiece } from './downloads.ts'
import { MAX_UNREAD_BYTES, UNREAD_TIMEOUT } from './limits.ts'
import { costOf, EARNED_BY_BLOCK } from './message-budget.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'
import { PeerPieces } from './peer-pieces.ts'
import { Rejects } from './rejects.ts'
import type { Roster } from './roster.ts'
import type { TorrentStats } from './stats.ts'
import type { Transfer } from './transfer.ts'

/** What the handlers reach of their torrent. */
export interface PeerEventsHost {
  readonly outbox: Outbox
  readonly roster: Roster
  readonly stats: TorrentStats
  /** Opens the extension sessions of a peer and greets it (BEP 10). */
  greet(peer: SwarmPeer): void
  /** Undefined until the metadata is known and the storage ready. */
  transfer(): Transfer | undefined
  drop(peer: SwarmPeer, reason: string, detail: string, now: number): void
  pieceWhole(whole: WholePiece): void
  rechoke(now: number): void
  /** Every wanted piece is there. */
  complete(): boolean
}

export class PeerEvents {
  readonly #host: PeerEventsHost
  readonly pieces: PeerPieces
  readonly #rejects: Rejects

  constructor(host: PeerEventsHost) {
    this.#host = host
    this.pieces = new PeerPieces({ ...host, reconsider: (peer, now) => this.reconsider(peer, now) })
    this.#rejects = new Rejects(host)
  }

  handle(peer: SwarmPeer, events: readonly PeerEvent[], now: number): void {
    const { outbox, roster } = this.#host
    for (const event of events) {
      if (!roster.peers.has(peer.key)) return
      const cost = costOf(event, peer, this.#host.transfer() === undefined)
      if (cost > 0 && peer.budget.pay(cost, now) === 'spent') {
        return this.#ban(peer, 'message-flood', 'it sent too many messages that were of no use', now)
      }
      this.#on(peer, event, now)
    }
    if (!roster.peers.has(peer.key)) return
    this.refill(peer, now)
    this.#host.transfer()?.uploads.serve(peer, now)
    outbox.touch(peer)
  }

  /** The BEP 3 handshake is done both ways. */
  shookHands(peer: SwarmPeer, handshake: Handshake, now: number): void {
    const { outbox, roster } = this.#host
    const surplus = roster.handshaken(peer, handshake.peerId, now)
    if (surplus !== undefined) this.#host.drop(surplus, 'duplicate', 'connected to this peer already', now)
    if (surplus === peer) return
    peer.client = clientName(handshake.peerId)
    outbox.alert({ type: 'peerConnected', address: peer.address, initiator: peer.initiator, client: peer.client })
    this.pieces.greet(peer)
    if (supportsExtended(handshake.reserved)) this.#host.greet(peer)
    outbox.touch(peer)
  }

  /** Says whether we are interested, and asks for what we may. Two that only upload (BEP 21) have nothing for each other. */
  reconsider(peer: SwarmPeer, now: number): void {
    const transfer = this.#host.transfer()
    if (transfer === undefined || !peer.handshaken || peer.connection === undefined) return
    if (this.#host.complete() && peer.isSeed && transfer.downloads.have.complete) {
      return this.#host.drop(peer, 'both-seeds', 'both have every piece', now)
    }
    if (this.#host.complete() && (peer.isSeed || peer.uploadOnly)) {
      return this.#host.drop(peer, 'both-upload-only', 'neither downloads anything', now)
    }
    if (transfer.downloads.interesting(peer)) peer.connection.interested(now)
    else transfer.downloads.loseInterest(peer, now)
    this.refill(peer, now)
    this.#host.outbox.touch(peer)
  }

  refill(peer: SwarmPeer, now: number): void {
    this.#host.transfer()?.downloads.refill(peer, now)
  }

  /** Time-outs of the connection, its extensions and our requests. */
  tick(peer: SwarmPeer, now: number): void {
    const { connection } = peer
    if (connection === undefined) return
    const { peers } = this.#host.roster
    if (connection.deadline <= now) this.handle(peer, connection.handleTimeout(now), now)
    if (peers.has(peer.key)) peer.extensions?.handleTimeout(now)
    if (!peers.has(peer.key)) return
    if (connection.queuedBytes <= MAX_UNREAD_BYTES) peer.lastRead = now
    else if (now - peer.lastRead >= UNREAD_TIMEOUT) {
      return this.#host.drop(peer, 'not-reading', 'it does not read what it asked for', now)
    }
    this.#rejects.tick(peer, now)
    const verdict = this.#host.transfer()?.downloads.checkTimeout(peer, now) ?? 'fine'
    if (verdict === 'replace') return this.#host.drop(peer, 'request-timeout', 'it does not answer requests', now)
    this.#host.outbox.touch(peer)
    // Who has nothing to do looks for what others do not deliver; nothing else may happen that would have it look.
    if (verdict === 'fine') return this.refill(peer, now)
    // What it was asked for is for others first; it may have what they leave.
    for (const other of peers.values()) if (other !== peer) this.refill(other, now)
    this.refill(peer, now)
  }

  #on(peer: SwarmPeer, event: PeerEvent, now: number): void {
    const transfer = this.#host.transfer()
    switch (event.type) {
      case 'block':
        return this.#onBlock(peer, event.block, event.wanted, now)
      case 'request':
        if (transfer?.uploads.request(peer, event.block, now) !== 'flood') return undefined
        return this.#host.drop(peer, 'request-flood', 'too many requests waiting', now)
      case 'have':
        return this.pieces.onHave(peer, event.piece, now)
      case 'bitfield':
        return this.pieces.onBitfield(peer, event.bytes, now)
      case 'haveAll':
        return this.pieces.onBitfield(peer, 'all', now)
      case 'haveNone':
        return this.pieces.onBitfield(peer, undefined, now)
      case 'reject':
        return this.#rejects.rejected(peer, event.block, now)
      case 'allowedFast':
        return peer.fast.allow(event.piece)
      case 'suggest':
        return peer.fast.suggest(event.piece)
      case 'choke':
        return this.#onChoke(peer, now)
      case 'interested':
        this.pieces.offerFast(peer)
        return this.#host.rechoke(now)
      case 'notInterested': // the choker looks at its next round
        return transfer?.superSeed?.idle(peer, now)
      case 'cancel':
        return transfer?.uploads.cancel(peer, event.block)
      case 'handshake':
        return this.shookHands(peer, event, now)
      case 'extendedHandshake':
        return this.#onExtendedHandshake(peer, event.handshake, now)
      case 'extended':
        return peer.extensions?.onMessage(event.id, event.payload, now)
      case 'closed':
        return this.#host.drop(peer, event.reason, event.detail, now)
      case 'keepAlive':
      case 'unchoke': // asked for by the refill that follows every batch of events
      case 'port': // DHT (BEP 5)
      case 'unknown':
        return undefined
    }
  }

  #onChoke(peer: SwarmPeer, now: number): void {
    // BEP 6: what was asked for is answered all the same, most of it with rejects.
    if (peer.connection?.fast === true) return
    const downloads = this.#host.transfer()?.downloads
    const crowded = peer.outstanding > 0 && downloads?.crowded === true
    downloads?.giveBack(peer)
    if (!crowded) return
    // Others may have waited for room.
    for (const other of this.#host.roster.peers.values()) if (other !== peer) this.refill(other, now)
  }

  #onBlock(peer: SwarmPeer, block: Block, wanted: boolean, now: number): void {
    const { stats } = this.#host
    peer.came++
    const outcome = this.#host.transfer()?.downloads.receive(peer, block, wanted, now) ?? 'unwanted'
    if (outcome === 'unwanted') {
      stats.wasted += block.length
      if (peer.came > peer.asked) this.#ban(peer, 'unasked-blocks', 'it sent blocks that were not asked for', now)
      return
    }
    peer.budget.earn(EARNED_BY_BLOCK)
    stats.download.add(block.length, now)
    if (outcome !== 'accepted') this.#host.pieceWhole(outcome)
  }

  /** What no peer does by mistake, nor by bad luck. */
  #ban(peer: SwarmPeer, reason: string, detail: string, now: number): void {
    this.#host.roster.ban(peer.address, detail)
    this.#host.drop(peer, reason, detail, now)
  }

  /** BEP 21: the peer is, or is no longer, one that downloads nothing. */
  onUploadOnly(peer: SwarmPeer, uploadOnly: boolean, now: number): void {
    if (peer.uploadOnly === uploadOnly) return
    peer.uploadOnly = uploadOnly
    this.reconsider(peer, now)
  }

  #onExtendedHandshake(peer: SwarmPeer, handshake: ExtendedHandshake, now: number): void {
    if (handshake.client !== undefined) peer.client = handshake.client
    if (handshake.yourIp !== undefined) this.#host.roster.toldOurAddress(peer, handshake.yourIp)
    if (handshake.requestQueue !== undefined) peer.pipeline.setLimit(handshake.requestQueue)
    peer.extensions?.onHandshake(handshake, now)
  }
}
