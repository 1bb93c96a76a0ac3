// Who is connected and who is dialled next. A peer is in `peers` from its dial or acceptance until `remove`, which is the
// only way out; `dialling` counts exactly those without a connection.
import type { PeerAddress } from '../base/address.ts'
import type { PeerId } from '../base/ids.ts'
import { OwnAddress } from '../discovery/own-address.ts'
import { PeerList, type DialOutcome } from '../discovery/peer-list.ts'
import { peerPriority } from '../discovery/peer-priority.ts'
import type { PeerKey } from '../picker/picker.ts'
import type { PeerConnection } from '../wire/connection.ts'
import { Crowding } from './crowding.ts'
import { MAX_HALF_OPEN } from './limits.ts'
import type { Outbox } from './outbox.ts'
import { SwarmPeer } from './peer.ts'
import { Twins } from './twins.ts'

/**
 * Addresses of peers that left, kept so that who sent a bad piece and ran can still be named: only of those that sent blocks,
 * or visitors that send nothing would push them out, and a seed remember all of its leeches.
 */
const MAX_DEPARTED = 256
/** Why a peer is removed where the torrent is paused. */
export const PAUSED = 'paused'

export class Roster {
  readonly peers: Map<PeerKey, SwarmPeer> = new Map()
  readonly #known: PeerList = new PeerList()
  readonly #outbox: Outbox
  readonly #maxConnections: number
  readonly #port: number
  readonly #ours = new OwnAddress()
  readonly #crowding: Crowding
  readonly #complete: () => boolean
  readonly #twins: Twins
  readonly #departed = new Map<PeerKey, PeerAddress>()
  #nextKey: PeerKey = 1
  #dialling = 0
  #closed = false
  #alone = false

  /**
   * @param options.peerId ours. @param options.port where we listen; 0: nowhere.
   * @param options.complete there is nothing to download.
   */
  constructor(options: {
    outbox: Outbox
    maxConnections: number
    peerId: PeerId
    port: number
    complete: () => boolean
  }) {
    this.#outbox = options.outbox
    this.#maxConnections = options.maxConnections
    this.#port = options.port
    this.#complete = options.complete
    this.#twins = new Twins(this.peers, options.peerId, options.complete)
    this.#crowding = new Crowding(this.peers, address => this.#priority(address))
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
    // Said once each time that peers run out: whoever hears it asks trackers, and must not be told to for every answer.
    if (this.peers.size === 0 && !this.#alone) this.#outbox.alert({ type: 'needPeers' })
    this.#alone = this.peers.size === 0
  }

  /** The dial of this peer succeeded. */
  attach(peer: SwarmPeer, connection: PeerConnection, now: number): void {
    this.#dialling--
    peer.connection = connection
    peer.connectedAt = now
    this.#outbox.touch(peer)
  }

  /**
   * A peer that came to us.
   * @param instead who is removed next to make room for it, where there is none: see `replaceable`.
   * @returns undefined where there is no room, it is banned or it is connected already.
   */
  accept(
    connection: PeerConnection,
    id: PeerId,
    address: PeerAddress,
    now: number,
    instead?: SwarmPeer,
  ): SwarmPeer | undefined {
    const full = this.peers.size >= this.#maxConnections && instead === undefined
    if (this.#closed || full || this.#known.isBanned(address)) return undefined
    if (this.#twins.of(id, instead) !== undefined) return undefined
    const peer = new SwarmPeer(this.#nextKey++, address, 'them')
    peer.connection = connection
    peer.connectedAt = now
    this.peers.set(peer.key, peer)
    this.#alone = false
    return peer
  }

  /** The peer that has to make room for this one, if any: its place is wanted, or its peer id in doubt. O(peers). */
  replaceable(newcomer: PeerAddress, id: PeerId, now: number): SwarmPeer | undefined {
    const doubtful = this.#twins.doubtful(id, newcomer, now)
    if (doubtful !== undefined || this.peers.size < this.#maxConnections) return doubtful
    return this.#crowding.yielding(newcomer, now)
  }

  /** Where all places are taken and somebody waits to be dialled, the peer that has to make room, if any. O(peers). */
  inTheWay(now: number): SwarmPeer | undefined {
    if (this.#closed || this.#complete() || this.peers.size < this.#maxConnections) return undefined
    if (this.#dialling >= MAX_HALF_OPEN) return undefined
    return this.#known.next(now) && this.#crowding.inTheWay(now, this.#maxConnections)
  }

  /** A peer says under which address it sees us (BEP 10 `yourip`). */
  toldOurAddress(by: SwarmPeer, ip: Uint8Array): void {
    if (this.#ours.vote(by.address.host, ip) === 'same') return
    this.#known.rank(address => this.#priority(address))
  }

  /** The peer shook hands. @returns the connection that has to go where there are two to it now: this or the other. */
  handshaken(peer: SwarmPeer, id: PeerId, now: number): SwarmPeer | undefined {
    peer.met = true
    if (peer.initiator === 'us') this.#known.connected(peer.address, now)
    return this.#twins.surplus(peer, id, now)
  }

  /** Where a peer is or was, as far back as is remembered. */
  addressOf(key: PeerKey): PeerAddress | undefined {
    return this.peers.get(key)?.address ?? this.#departed.get(key)
  }

  /** Out of the swarm: its socket is closed once what is queued is sent. */
  remove(peer: SwarmPeer, reason: string, detail: string, now: number): void {
    if (!this.peers.delete(peer.key)) return
    if (peer.connection === undefined) this.#dialling--
    if (peer.came > 0) this.#remember(peer)
    if (reason === 'self-connection' && peer.initiator === 'us') this.#known.addSelf(peer.address)
    else if (peer.initiator === 'us') this.#known.disconnected(peer.address, this.#outcomeOf(peer, reason), now)
    this.#outbox.push({ type: 'drop', key: peer.key })
    this.#outbox.alert({ type: 'peerDisconnected', address: peer.address, reason, detail })
  }

  /** It is told once, however often there was reason to. */
  ban(address: PeerAddress, reason: string): void {
    if (this.#known.isBanned(address)) return
    this.#known.ban(address)
    this.#outbox.alert({ type: 'peerBanned', address, reason })
  }

  /** From here on nobody is dialled or accepted. */
  close(): void {
    this.#closed = true
  }

  /** Takes back `close`. */
  reopen(now: number): void {
    this.#closed = false
    this.#alone = false
    this.dial(now)
  }

  /** When the next candidate may be dialled. */
  deadline(now: number): number {
    return this.#closed ? Infinity : this.#known.deadline(now)
  }

  get closed(): boolean {
    return this.#closed
  }

  /** BEP 40; 0 for all as long as we do not know our address. */
  #priority(address: PeerAddress): number {
    const host = this.#ours.towards(address.host)
    return host === undefined ? 0 : (peerPriority({ host, port: this.#port }, address) ?? 0)
  }

  /** A peer that shook hands did nothing wrong by leaving; one that never got so far counts as a failure. */
  #outcomeOf(peer: SwarmPeer, reason: string): DialOutcome {
    if (reason === PAUSED) return 'released'
    if (reason === 'both-seeds' || reason === 'both-upload-only') return 'useless'
    if (reason === 'duplicate') return this.#twins.mayBeTrue(peer) ? 'closed' : 'useless'
    return peer.met ? 'closed' : 'failed'
  }

  #remember(peer: SwarmPeer): void {
    this.#departed.set(peer.key, peer.address)
    for (const oldest of this.#departed.keys()) {
      if (this.#departed.size <= MAX_DEPARTED) return
      this.#departed.delete(oldest)
    }
  }
}
