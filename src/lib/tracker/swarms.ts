// A peer stands under its key, in its swarm and in the list of all peers, or nowhere; a swarm without peers is kept
// only for its count of downloads. Both are bounded: where one more would be too many, the one silent longest goes.
import { latin1 } from '../base/bytes.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import { endpointOf, type Endpoint } from './endpoint.ts'
import { NOBODY, type Random } from './peer-draw.ts'
import { Recency } from './recency.ts'
import { Peer, Swarm } from './swarm.ts'
import {
  NOTHING,
  type KnownPeer,
  type SwarmAnnounce,
  type SwarmAnswer,
  type SwarmCounts,
  type SwarmTotals,
} from './swarm-announce.ts'

/** Peers of all swarms together: measured 0.33 KB each in large swarms, PEER_BYTES where each has one to itself. */
export const MAX_PEERS = 500_000
/** Of a peer and the swarm around it, at the worst. */
export const PEER_BYTES = 1000
/** Peers of one swarm: more than the largest public ones have. */
export const MAX_SWARM_PEERS = 100_000
/** Swarms without peers that are remembered for their count of downloads. */
export const MAX_IDLE_SWARMS = 10_000
/** Peers in one answer, whatever was asked for; what libtorrent asks for at most. */
export const MAX_NUMWANT = 200
/** Peers in one answer where none was asked for (BEP 3's mainline implementation). */
export const DEFAULT_NUMWANT = 50
/** A peer is forgotten after this many intervals without an announce … */
export const EXPIRY_INTERVALS = 1.5
/** … and this much more, milliseconds, for a slow tracker round and its retries. */
export const EXPIRY_SLACK = 60_000

const IPV4_LENGTH = 4

export interface SwarmLimits {
  readonly peers?: number
  readonly swarmPeers?: number
  readonly idleSwarms?: number
}

/** The tracker's memory. `now` is milliseconds on a monotonic clock and never goes back from call to call. */
export class Swarms {
  readonly #expiry: number
  readonly #random: Random
  readonly #limits: Required<SwarmLimits>
  readonly #swarms = new Map<string, Swarm>()
  readonly #peers = new Map<string, Peer>()
  readonly #byTime = new Recency<Peer>()
  readonly #idle = new Recency<Swarm>()
  #seeds = 0
  #evicted = 0

  /** @param interval seconds between a peer's announces. */
  constructor(interval: number, random: Random, limits: SwarmLimits = {}) {
    this.#expiry = interval * 1000 * EXPIRY_INTERVALS + EXPIRY_SLACK
    this.#random = random
    this.#limits = { peers: MAX_PEERS, swarmPeers: MAX_SWARM_PEERS, idleSwarms: MAX_IDLE_SWARMS, ...limits }
  }

  /** Enters, renews or (with `stopped`) removes the peer. The answer counts it too and names others. O(numWant). */
  announce(request: SwarmAnnounce, now: number): SwarmAnswer {
    this.expire(now)
    const { infoHash } = request
    const endpoint = endpointOf(request.address, request.port)
    const key = infoHash + request.peerId + addressText(request.address)
    const stopped = request.event === 'stopped'
    if (stopped || request.port === 0) this.#forget(this.#peers.get(key))
    else this.#enter(key, endpoint, request, now)
    const swarm = this.#swarms.get(infoHash)
    if (swarm === undefined || stopped) return { ...countsOf(swarm), peers: NOBODY }
    const peers = swarm.group(endpoint).draw(endpoint, numWanted(request.numWant), this.#random)
    return { ...countsOf(swarm), peers }
  }

  /** Zeros where the swarm is not known. */
  scrape(infoHash: string, now: number): SwarmCounts {
    this.expire(now)
    return countsOf(this.#swarms.get(infoHash))
  }

  /** Up to `limit` swarms that have peers, by info-hash as latin1 text. */
  list(limit: number, now: number): ReadonlyMap<string, SwarmCounts> {
    this.expire(now)
    const listed = new Map<string, SwarmCounts>()
    for (const [infoHash, swarm] of this.#swarms) {
      if (listed.size >= limit) break
      if (swarm.idle === undefined) listed.set(infoHash, countsOf(swarm))
    }
    return listed
  }

  /** All peers, those silent longest first: announced again in this order and at these times, they are restored. */
  *peers(now: number): Generator<KnownPeer, void, undefined> {
    this.expire(now)
    for (const { swarm, id, endpoint, seed, seenAt } of this.#byTime) {
      yield { infoHash: swarm.infoHash, peerId: id, endpoint, seed, seenAt }
    }
  }

  /** How often downloads were completed, by info-hash as latin1 text; where never, there is no entry. */
  *downloads(): Generator<[infoHash: string, count: number], void, undefined> {
    for (const [infoHash, { downloaded }] of this.#swarms) if (downloaded > 0) yield [infoHash, downloaded]
  }

  /** @param infoHash 20 bytes as latin1 text. */
  restoreDownloads(infoHash: string, count: number): void {
    const swarm = this.#swarm(infoHash)
    swarm.downloaded = count
    if (swarm.peers.size === 0) this.#rest(swarm)
  }

  /** Swarms (those that have peers) and peers of all of them together. */
  totals(now: number): SwarmTotals {
    this.expire(now)
    const seeds = this.#seeds
    return {
      swarms: this.#swarms.size - this.#idle.size,
      seeds,
      leeches: this.#peers.size - seeds,
      evicted: this.#evicted,
    }
  }

  /** Forgets who was silent too long. Every peer is dropped once, so this costs O(1) an announce on average. */
  expire(now: number): void {
    for (let peer = this.#byTime.oldest; peer !== undefined; peer = this.#byTime.oldest) {
      if (now - peer.seenAt <= this.#expiry) return
      this.#forget(peer)
    }
  }

  #enter(key: string, endpoint: Endpoint, request: SwarmAnnounce, now: number): void {
    const peer = this.#peers.get(key) ?? this.#add(key, endpoint, now)
    if (peer.seed !== request.seed) this.#seeds += request.seed ? 1 : -1
    peer.renew(endpoint, request.seed, now, this.#random)
    if (peer.done) return
    // BEP 3: a peer that was complete from the start sends no `completed`.
    if (request.event === 'completed') peer.swarm.downloaded++
    peer.done = request.seed || request.event === 'completed'
  }

  #add(key: string, endpoint: Endpoint, now: number): Peer {
    // Of the key, and not of the request: a part of that would keep all of it in memory.
    const infoHash = key.slice(0, HASH_LENGTH)
    const known = this.#swarms.get(infoHash)
    if (known !== undefined && known.peers.size >= this.#limits.swarmPeers) this.#evict(known.peers.oldest)
    else if (this.#peers.size >= this.#limits.peers) this.#evict(this.#byTime.oldest)
    const swarm = this.#swarm(infoHash)
    const peer = new Peer(key, swarm, this.#byTime, endpoint, now, this.#random)
    this.#peers.set(key, peer)
    return peer
  }

  #swarm(infoHash: string): Swarm {
    const known = this.#swarms.get(infoHash)
    if (known !== undefined) {
      if (known.idle !== undefined) this.#idle.remove(known.idle)
      known.idle = undefined
      return known
    }
    const swarm = new Swarm(infoHash)
    this.#swarms.set(infoHash, swarm)
    return swarm
  }

  #evict(peer: Peer | undefined): void {
    this.#evicted++
    this.#forget(peer)
  }

  #forget(peer: Peer | undefined): void {
    if (peer === undefined) return
    this.#peers.delete(peer.key)
    peer.remove()
    if (peer.seed) this.#seeds--
    const swarm = peer.swarm
    if (swarm.peers.size > 0) return
    if (swarm.downloaded === 0) this.#swarms.delete(swarm.infoHash)
    else this.#rest(swarm)
  }

  /** Keeps a swarm that has no peers, for its count of downloads. */
  #rest(swarm: Swarm): void {
    swarm.idle = this.#idle.add(swarm)
    const surplus = this.#idle.size > this.#limits.idleSwarms ? this.#idle.oldest : undefined
    if (surplus?.idle === undefined) return
    this.#idle.remove(surplus.idle)
    this.#swarms.delete(surplus.infoHash)
  }
}

function addressText(address: Uint8Array): string {
  const [a = 0, b = 0, c = 0, d = 0] = address
  return address.length === IPV4_LENGTH ? String.fromCharCode(a, b, c, d) : latin1(address)
}

function countsOf(swarm: Swarm | undefined): SwarmCounts {
  if (swarm === undefined) return NOTHING
  return { seeds: swarm.seeds, leeches: swarm.leeches, downloaded: swarm.downloaded }
}

function numWanted(asked: number | undefined): number {
  return asked === undefined || asked < 0 ? DEFAULT_NUMWANT : Math.min(asked, MAX_NUMWANT)
}
