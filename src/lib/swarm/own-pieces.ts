// Which pieces we have, as they come and go, and what follows from each: peers hear of it, and whether all that is wanted
// is here always agrees with what the picker says. That it is, is told once.
import type { Bitfield } from '../base/bitfield.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'
import type { PeerEvents } from './peer-events.ts'
import type { PieceChecks } from './piece-checks.ts'
import type { WholePiece } from './downloads.ts'
import type { Roster } from './roster.ts'
import type { Transfer } from './transfer.ts'

export interface OwnPiecesHost {
  readonly outbox: Outbox
  readonly roster: Roster
  readonly checks: PieceChecks
  readonly events: PeerEvents
  /** Undefined until the metadata is known and the storage ready. */
  transfer(): Transfer | undefined
  /** BEP 21: whether we download anything may have changed. */
  tellUploadOnly(peer: SwarmPeer): void
}

/** What happens to pieces before `start`, or to those that are not as it says, is nothing. */
export class OwnPieces {
  readonly #host: OwnPiecesHost
  #complete = false
  #completeTold = false

  constructor(host: OwnPiecesHost) {
    this.#host = host
  }

  /** Undefined before `start`. */
  get have(): Bitfield | undefined {
    return this.#host.transfer()?.downloads.have
  }

  /** Every wanted piece is here. */
  get complete(): boolean {
    return this.#complete
  }

  /** BEP 21; but who super-seeds does not show what it has. */
  get uploadOnly(): boolean {
    return this.#complete && this.#host.transfer()?.superSeed === undefined
  }

  /** Storage is ready: tells peers that were connected before what we have. */
  start(now: number): void {
    this.#checkComplete()
    for (const peer of this.#peers()) this.#host.events.pieces.enter(peer, now)
  }

  stored(whole: WholePiece, now: number): void {
    const downloads = this.#host.transfer()?.downloads
    if (downloads === undefined) return
    const wasBackedUp = downloads.backedUp || downloads.crowded
    if (!this.#host.checks.stored(whole, downloads, now)) return
    this.#host.events.pieces.announce(whole.piece, now)
    this.#checkComplete()
    if (this.#complete || wasBackedUp) this.#reconsiderAll(now)
  }

  mismatched(whole: WholePiece, now: number): void {
    const downloads = this.#host.transfer()?.downloads
    if (downloads !== undefined && this.#host.checks.mismatched(whole, downloads, now)) this.#reconsiderAll(now)
  }

  lost(piece: number, now: number): void {
    const transfer = this.#host.transfer()
    if (transfer?.downloads.pieceLost(piece) !== true) return
    this.#host.outbox.alert({ type: 'pieceLost', piece })
    transfer.uploads.pieceLost(piece)
    this.#host.events.pieces.retract(piece)
    this.#checkComplete()
    this.#reconsiderAll(now)
  }

  found(piece: number, now: number): void {
    if (this.#host.transfer()?.downloads.pieceFound(piece) !== true) return
    this.#host.outbox.alert({ type: 'pieceVerified', piece })
    this.#host.events.pieces.announce(piece, now)
  }

  released(pieces: readonly number[]): void {
    const transfer = this.#host.transfer()
    for (const piece of pieces) {
      if (transfer?.downloads.pieceReleased(piece) !== true) continue
      transfer.uploads.pieceLost(piece)
      this.#host.events.pieces.retract(piece)
    }
  }

  /** A piece that is lost later and found again is no news to whoever waits for the torrent. */
  #checkComplete(): void {
    const { done } = this.#host.transfer()?.downloads ?? { done: false }
    if (this.#complete === done) return
    this.#complete = done
    if (done && !this.#completeTold) this.#host.outbox.alert({ type: 'complete' })
    this.#completeTold ||= done
    for (const peer of this.#peers()) if (peer.handshaken) this.#host.tellUploadOnly(peer)
  }

  #reconsiderAll(now: number): void {
    for (const peer of this.#peers()) this.#host.events.reconsider(peer, now)
  }

  #peers(): Iterable<SwarmPeer> {
    return this.#host.roster.peers.values()
  }
}
