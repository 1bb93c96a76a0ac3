// One swarm's peers: each in the group of its address family and in the list by time, or in neither.
import { HASH_LENGTH } from '../base/ids.ts'
import type { Endpoint } from './endpoint.ts'
import type { Random } from './peer-draw.ts'
import { PeerGroup, type GroupMember } from './peer-group.ts'
import { Recency, type Place } from './recency.ts'

/** Bytes of an IPv4 address and port in compact form (BEP 23); anything longer is IPv6 (BEP 7). */
const COMPACT_IPV4 = 6
const COMPACT_IPV6 = 18

export class Swarm {
  /** 20 bytes as latin1 text. */
  readonly infoHash: string
  readonly peers: Recency<Peer> = new Recency()
  /** Its place among the swarms without peers, while it is one. */
  idle: Place<Swarm> | undefined
  /** Peers that announced `completed`, each once. */
  downloaded = 0
  // IPv4 and IPv6 apart: an asker is told of peers of the family that it asked over (BEP 15 "IPv6"). Most swarms have one.
  #ipv4: PeerGroup<Peer> | undefined
  #ipv6: PeerGroup<Peer> | undefined

  constructor(infoHash: string) {
    this.infoHash = infoHash
  }

  get seeds(): number {
    return (this.#ipv4?.seeds ?? 0) + (this.#ipv6?.seeds ?? 0)
  }

  get leeches(): number {
    return (this.#ipv4?.leeches ?? 0) + (this.#ipv6?.leeches ?? 0)
  }

  /** The peers of the endpoint's address family. */
  group(endpoint: Endpoint): PeerGroup<Peer> {
    if (endpoint.length === COMPACT_IPV4) return (this.#ipv4 ??= new PeerGroup(COMPACT_IPV4))
    return (this.#ipv6 ??= new PeerGroup(COMPACT_IPV6))
  }
}

/** Enters itself into its swarm and the list of all peers; `remove` undoes both. */
export class Peer implements GroupMember {
  /** Info-hash, peer id and address, latin1: who may change or remove this entry. */
  readonly key: string
  readonly swarm: Swarm
  seed: boolean
  slot = 0
  /** Its download was counted, or it had none: it came as a seed. */
  done = false
  /** Milliseconds on the clock of `now`. */
  seenAt: number
  readonly #group: PeerGroup<Peer>
  readonly #all: Recency<Peer>
  readonly #inAll: Place<Peer>
  readonly #inSwarm: Place<Peer>

  constructor(key: string, swarm: Swarm, all: Recency<Peer>, endpoint: Endpoint, now: number, random: Random) {
    this.key = key
    this.swarm = swarm
    this.seed = false
    this.seenAt = now
    this.#all = all
    this.#inAll = all.add(this)
    this.#inSwarm = swarm.peers.add(this)
    this.#group = swarm.group(endpoint)
    this.#group.add(this, endpoint, random)
  }

  get id(): string {
    return this.key.slice(HASH_LENGTH, 2 * HASH_LENGTH)
  }

  get endpoint(): Endpoint {
    return this.#group.endpointOf(this)
  }

  /** It has announced again: the same address, perhaps another port. */
  renew(endpoint: Endpoint, seed: boolean, now: number, random: Random): void {
    this.seenAt = now
    this.#group.renew(this, seed, endpoint, random)
    this.#all.touch(this.#inAll)
    this.swarm.peers.touch(this.#inSwarm)
  }

  remove(): void {
    this.#group.remove(this)
    this.#all.remove(this.#inAll)
    this.swarm.peers.remove(this.#inSwarm)
  }
}
