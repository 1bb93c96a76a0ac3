// Who makes room where all places are taken, so that nobody can keep others out by taking them all: no host keeps many
// places while another has none, who takes nothing of what it is offered keeps none for long, and those who come to us do not
// keep out the peers that we choose ourselves. A host is what one party has: of IPv6 that is a network (`networkOf`).
import type { PeerAddress } from '../base/address.ts'
import { networkOf } from '../discovery/ip.ts'
import type { SwarmPeer } from './peer.ts'
import { pipeOf } from './read-ahead.ts'

/** Milliseconds after which a peer that is of no use may have to make room: it has had time to show. */
const SETTLING_TIME = 60_000
/** Milliseconds after it was unchoked in which a peer takes something, or its place is for others: a turn of a seed's. */
const UNUSED_TURN = 60_000
/** Milliseconds that a peer keeps its place while nothing moves, be it that it waits for its first turn. */
const PATIENCE = 600_000
/** Connections of one host that are never too many: there may be a household, or an office, behind one address. */
const MANY = 8

export class Crowding {
  readonly #peers: ReadonlyMap<unknown, SwarmPeer>
  readonly #priority: (address: PeerAddress) => number

  /** @param priority of BEP 40. */
  constructor(peers: ReadonlyMap<unknown, SwarmPeer>, priority: (address: PeerAddress) => number) {
    this.#peers = peers
    this.#priority = priority
  }

  /**
   * The peer to leave for one that has come to us: the latest of a host that has many more; else the one that has taken nothing
   * for longest, where that is too long; else, of those that neither want nor give anything, the one that BEP 40 puts last, if it
   * comes after the newcomer. O(peers).
   */
  yielding(newcomer: PeerAddress, now: number): SwarmPeer | undefined {
    const { host } = newcomer
    return this.#surplus(1 + this.#countOf(networkOf(host))) ?? this.#overdue(now) ?? this.#useless(newcomer, now)
  }

  /**
   * The peer to leave for one that we want to dial: the latest of a host that has too many; else, while more than half of all
   * have come to us, the first of those that has given us nothing. O(peers).
   */
  inTheWay(now: number, places: number): SwarmPeer | undefined {
    const surplus = this.#surplus(0)
    if (surplus !== undefined) return surplus
    let visitors = 0
    let idle: SwarmPeer | undefined
    for (const peer of this.#peers.values()) {
      if (peer.initiator === 'us') continue
      visitors++
      if (peer.download.total === 0 && now - peer.connectedAt >= SETTLING_TIME) idle ??= peer
    }
    return visitors > places / 2 ? idle : undefined
  }

  /** The latest to come of the host of which most have come, where these are many, and more than so many. */
  #surplus(least: number): SwarmPeer | undefined {
    const latest = new Map<string, { count: number; peer: SwarmPeer }>()
    for (const peer of this.#peers.values()) {
      if (peer.initiator === 'us') continue
      const host = networkOf(peer.address.host)
      latest.set(host, { count: (latest.get(host)?.count ?? 0) + 1, peer })
    }
    let most = Math.max(MANY, least)
    let surplus: SwarmPeer | undefined
    for (const { count, peer } of latest.values()) {
      if (count <= most) continue
      most = count
      surplus = peer
    }
    return surplus
  }

  #countOf(host: string): number {
    let count = 0
    for (const { address } of this.#peers.values()) if (networkOf(address.host) === host) count++
    return count
  }

  #overdue(now: number): SwarmPeer | undefined {
    let overdue: SwarmPeer | undefined
    let first = Infinity
    for (const peer of this.#peers.values()) {
      const until = peer.handshaken ? keepsUntil(peer) : Infinity
      if (until > now || until >= first) continue
      first = until
      overdue = peer
    }
    return overdue
  }

  #useless(newcomer: PeerAddress, now: number): SwarmPeer | undefined {
    let worst: SwarmPeer | undefined
    let least = this.#priority(newcomer)
    for (const peer of this.#peers.values()) {
      if (!peer.handshaken || !peer.useless || now - peer.connectedAt < SETTLING_TIME) continue
      const priority = this.#priority(peer.address)
      if (priority >= least) continue
      least = priority
      worst = peer
    }
    return worst
  }
}

/** When a peer has had its time, unless something moves before; Infinity: it is of use, or it is not for it to act. */
function keepsUntil(peer: SwarmPeer): number {
  const { connection, lastTaken, offeredAt } = peer
  if (connection === undefined || connection.amInterested || peer.outstanding > 0 || peer.serving > 0) return Infinity
  // It has asked, and its socket is free: it is we who are slow.
  if (peer.wants.length > 0 && pipeOf(peer) === 0) return Infinity
  const tookNothing = offeredAt > lastTaken
  const { amChoking, peerInterested } = connection
  if (tookNothing || (peerInterested && !amChoking)) return Math.max(offeredAt, lastTaken) + UNUSED_TURN
  // Its last turn was of use to it, and so may the next be.
  if (peerInterested && lastTaken > 0) return Infinity
  return Math.max(peer.connectedAt, lastTaken, peer.lastProgress) + PATIENCE
}
