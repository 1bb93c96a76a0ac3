// What a reject (BEP 6 "Reject Request") means for the torrent: the block is free for others, and who refuses for no reason that
// we know is left alone for a while.
import type { Block } from '../metainfo/block.ts'
import type { SwarmPeer } from './peer.ts'
import type { PeerEventsHost } from './peer-events.ts'

export type RejectsHost = Pick<PeerEventsHost, 'roster' | 'transfer'>

export class Rejects {
  readonly #host: RejectsHost

  constructor(host: RejectsHost) {
    this.#host = host
  }

  /**
   * The answer to one of our requests that is no block. For what was never asked of the peer, or is not any more, it is
   * ignored, as by libtorrent: it crosses our cancels.
   */
  rejected(peer: SwarmPeer, block: Block, now: number): void {
    const downloads = this.#host.transfer()?.downloads
    if (downloads === undefined) return
    const { crowded } = downloads
    if (downloads.rejected(peer, block) === 'not asked') return
    const { fast } = peer
    if (peer.connection?.peerChoking === true) {
      fast.allowed.delete(block.piece)
    } else {
      fast.unsuggest(block.piece)
      // It says that it has the piece and does not choke us, yet refuses it time and again.
      if (fast.refused(block.piece, now) === 'again') downloads.lost(peer, block.piece)
    }
    if (peer.outstanding > 0) return
    downloads.loseInterest(peer, now)
    if (!crowded) return
    // Others may have waited for room.
    for (const other of this.#host.roster.peers.values()) if (other !== peer) downloads.refill(other, now)
  }

  /** Asks again who refused, once its pause is over. */
  tick(peer: SwarmPeer, now: number): void {
    const { fast } = peer
    if (fast.pausedUntil === 0 || now < fast.pausedUntil || peer.outstanding > 0) return
    this.#host.transfer()?.downloads.refill(peer, now)
  }
}
