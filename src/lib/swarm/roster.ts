// Who is connected and who is dialled next. A peer is in `peers` from its dial or acceptance until `remove`, which is the
// only way out; `dialling` counts exactly those without a connection.
import type { PeerAddress } from '../base/address.ts'
import { equal } from '../base/bytes.ts'
import type { PeerId } from '../base/ids.ts'
import { PeerList, type DialOutcome } from '../discovery/peer-list.ts'
import type { PeerKey } from '../picker/picker.ts'
import type { PeerConnection } from '../wire/connection.ts'
import { MAX_HALF_OPEN } from './limits.ts'
import type { Outbox } from './outbox.ts'
import { SwarmPeer } from './peer.ts'

export class Roster {
  readonly peers: Map<PeerKey, SwarmPeer> = new Map()
  readonly #known: PeerList = new PeerList()
  readonly #outbox: Outbox
  readonly #maxConnections: number
  #nextKey: PeerKey = 1
  #dialling = 0
  #closed = false

  constructor(outbox: Outbox, maxConnections: number) {
    this.#outbox = outbox
    this.#maxConnections = maxConnections
  }

  /** Peers whose handshake is done. */
  get connected(): number {
    let count = 0
    for (const peer of this.peers.values()) if (peer.handshaken) count++
    return count
  }

  get known(): number {
    return this.#known.size
  }

  /** @returns how many of them were new. */
  learn(addresses: readonly PeerAddress[], source: string, now: number): number {
    const fresh = this.#known.add(addresses, source, now)
    this.dial(now)
    return fresh
  }

  /** Dials as many candidates as there is room for; asks for more once there are none. */
  dial(now: number): void {
    if (this.#closed) return
    while (this.peers.size < this.#maxConnections && this.#dialling < MAX_HALF_OPEN) {
      const address = this.#known.next(now)
      if (address === undefined) break
      this.#known.dialing(address, now)
      const peer = new SwarmPeer(this.#nextKey++, address, 'us')
      this.peers.set(peer.key, peer)
      this.#dialling++
      this.#outbox.push({ type: 'dial', key: peer.key, address })
    }
    if (this.peers.size === 0) this.#outbox.alert({ type: 'needPeers' })
  }

  /** The dial of this peer succeeded. */
  attach(peer: SwarmPeer, connection: PeerConnection, now: number): void {
    this.#dialling--
    peer.connection = connection
    peer.connectedAt = now
    this.#outbox.touch(peer)
  }

  /** A peer that came to us. @returns undefined where there is no room or it is banned. */
  accept(connection: PeerConnection, address: PeerAddress, now: number): SwarmPeer | undefined {
    if (this.#closed || this.peers.size >= this.#maxConnections || this.#known.isBanned(address)) return undefined
    const peer = new SwarmPeer(this.#nextKey++, address, 'them')
    peer.connection = connection
    peer.connectedAt = now
    this.peers.set(peer.key, peer)
    return peer
  }

  /** The peer shook hands. @returns another connection to the same peer, if there is one. */
  handshaken(peer: SwarmPeer, id: PeerId, now: number): SwarmPeer | undefined {
    peer.met = true
    if (peer.initiator === 'us') this.#known.connected(peer.address, now)
    for (const other of this.peers.values()) {
      const remote = other.connection?.remote
      if (other !== peer && other.handshaken && remote !== undefined && equal(remote.peerId, id)) return other
    }
    return undefined
  }

  /** Out of the swarm: its socket is closed once what is queued is sent. */
  remove(peer: SwarmPeer, reason: string, detail: string, now: number): void {
    if (!this.peers.delete(peer.key)) return
    if (peer.connection === undefined) this.#dialling--
    if (reason === 'self-connection' && peer.initiator === 'us') this.#known.addSelf(peer.address)
    else if (peer.initiator === 'us') this.#known.disconnected(peer.address, outcomeOf(peer, reason), now)
    this.#outbox.push({ type: 'drop', key: peer.key })
    this.#outbox.alert({ type: 'peerDisconnected', address: peer.address, reason, detail })
  }

  ban(peer: SwarmPeer, reason: string): void {
    this.#known.ban(peer.address, reason)
    this.#outbox.alert({ type: 'peerBanned', address: peer.address, reason })
  }

  /** From here on nobody is dialled or accepted. */
  close(): void {
    this.#closed = true
  }

  /** When the next candidate may be dialled. */
  deadline(now: number): number {
    return this.#closed ? Infinity : this.#known.deadline(now)
  }
}

/** A peer that shook hands did nothing wrong by leaving; one that never got so far counts as a failure. */
function outcomeOf(peer: SwarmPeer, reason: string): DialOutcome {
  if (reason === 'both-seeds' || reason === 'duplicate') return 'useless'
  return peer.met ? 'closed' : 'failed'
}
