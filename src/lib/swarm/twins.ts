// Two connections to one peer id: one has to go. Anyone can hear the peer id of another and pretend to be it, so who has given
// us nothing yet keeps nobody of that id at another host out for good.
import type { PeerAddress } from '../base/address.ts'
import { equal, latin1 } from '../base/bytes.ts'
import type { PeerId } from '../base/ids.ts'
import { HANDSHAKE_TIMEOUT } from '../wire/connection.ts'
import type { SwarmPeer } from './peer.ts'

/** Milliseconds in which a peer has to give us something; then another who says that it is this one is believed. */
const DOUBT = 30_000

export class Twins {
  readonly #peers: ReadonlyMap<unknown, SwarmPeer>
  readonly #ours: PeerId
  readonly #complete: () => boolean

  /** @param ours our peer id. @param complete there is nothing to download. */
  constructor(peers: ReadonlyMap<unknown, SwarmPeer>, ours: PeerId, complete: () => boolean) {
    this.#peers = peers
    this.#ours = ours
    this.#complete = complete
  }

  /** The peer with this id that has shaken hands. O(peers). */
  of(id: PeerId, but?: SwarmPeer): SwarmPeer | undefined {
    for (const peer of this.#peers.values()) {
      const remote = peer.connection?.remote
      if (peer !== but && peer.handshaken && remote !== undefined && equal(remote.peerId, id)) return peer
    }
    return undefined
  }

  /** Who has to go now that this peer has shaken hands under this id: it, the other, or neither. */
  surplus(peer: SwarmPeer, id: PeerId, now: number): SwarmPeer | undefined {
    const twin = this.of(id, peer)
    if (twin === undefined) return undefined
    if (this.#isIdle(twin, peer.address, peer.initiator) && now - twin.connectedAt >= DOUBT) return twin
    if (twin.initiator === 'us' || now - twin.connectedAt >= HANDSHAKE_TIMEOUT) return peer
    // Both dialled at once. If each side dropped what it opened (or what came in), both connections would be gone; so both
    // sides keep the one that the greater peer id opened.
    return latin1(this.#ours) > latin1(id) ? twin : peer
  }

  /** Who has this id, but may not be the peer, where another comes from this address. */
  doubtful(id: PeerId, address: PeerAddress, now: number): SwarmPeer | undefined {
    const twin = this.of(id)
    const doubtful = twin !== undefined && this.#isIdle(twin, address, 'them') && now - twin.connectedAt >= DOUBT
    return doubtful ? twin : undefined
  }

  /** A peer that went for its twin: whether it may still be the true one, because the twin was here first and gave nothing. */
  mayBeTrue(peer: SwarmPeer): boolean {
    const remote = peer.connection?.remote
    const twin = remote && this.of(remote.peerId, peer)
    return (
      twin !== undefined && twin.connectedAt <= peer.connectedAt && this.#isIdle(twin, peer.address, peer.initiator)
    )
  }

  /**
   * Whether the twin has given us nothing that we want, and the other is elsewhere: at another host, or at another port where we
   * dialled both. Should both be one peer after all, nothing is lost by taking its other address.
   */
  #isIdle(twin: SwarmPeer, { host, port }: PeerAddress, initiator: 'us' | 'them'): boolean {
    if (this.#complete() || twin.download.total > 0) return false
    if (twin.address.host !== host) return true
    return initiator === 'us' && twin.initiator === 'us' && twin.address.port !== port
  }
}
