// The known peers of one torrent. A peer is idle, connecting or connected; an idle one is in exactly one of three places:
// ready to be dialed, waiting for its back-off to end (both in the `DialQueue`), or spent (not dialed until a source names it
// again).
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { RecentSet } from '../base/recent-set.ts'
import { DialQueue, type Candidate } from './dial-queue.ts'
import { canonicalHost, ipBytes, ipScope } from './ip.ts'

/** As many as libtorrent keeps (`max_peerlist_size`). */
export const MAX_KNOWN_PEERS = 3000
/** Who has a network of IPv6 can have any number of its hosts banned: the oldest are forgotten then. */
export const MAX_BANS = 10_000
/** Our own addresses; a peer that knows our peer id can pass for one. */
const MAX_OURS = 1000
/** Failures in a row after which a peer is spent (libtorrent's `max_failcount`). */
export const MAX_FAILURES = 3
/** Milliseconds until a peer is dialed again after its first failure; doubles with the next. */
export const PEER_BACK_OFF = 30_000
/** Milliseconds until a peer that closed a working connection is dialed again. */
export const RECONNECT_DELAY = 30_000

/** The source of what `--peer` and `x.pe` name. */
const USER_SOURCE = 'user'

/**
 * How a connection ended. `failed`: before the handshakes were through; `closed`: after, and it may be dialed again;
 * `useless`: nothing to be had from it (both are seeds, another torrent), so it is not dialed on our own account;
 * `released`: we let go of it, for no fault of its own, and may dial it again at once.
 */
export type DialOutcome = 'failed' | 'closed' | 'useless' | 'released'

interface KnownPeer extends Candidate {
  readonly sources: Set<string>
  state: 'idle' | 'connecting' | 'connected'
  failures: number
  lastTried: number
  notBefore: number
}

/** Times are milliseconds on one monotonic clock; sources are words such as `tracker`, `pex`, `user`. */
export class PeerList {
  readonly #peers = new Map<string, KnownPeer>()
  readonly #queue = new DialQueue()
  readonly #spent = new Set<KnownPeer>()
  readonly #bans = new RecentSet<string>(MAX_BANS)
  readonly #ours = new RecentSet<string>(MAX_OURS)

  get size(): number {
    return this.#peers.size
  }

  /**
   * A host that is no literal address (a name, a zone) is taken from the user alone: it can be neither judged nor banned.
   * @returns how many of them were new; those that cannot be a peer, are banned or are ourselves do not count.
   */
  add(addresses: Iterable<PeerAddress>, source: string, now: number): number {
    let added = 0
    for (const named of addresses) {
      const address = { host: canonicalHost(named.host), port: named.port }
      const known = this.#peers.get(formatAddress(address))
      if (known === undefined) {
        if (this.#insert(address, source)) added++
      } else {
        known.sources.add(source)
        this.#giveAnotherTry(known, now)
      }
    }
    return added
  }

  /** The best peer to dial: fewest failures, then least recently tried, then by `rank`. It stays so until `dialing` or `ban`. */
  next(now: number): PeerAddress | undefined {
    return this.#queue.best(now)
  }

  /** From now on of peers that have failed as often and were tried as long ago the one of the greatest priority is the best. */
  rank(priority: (address: PeerAddress) => number): void {
    this.#queue.rank(priority)
  }

  /** When `next` has more to offer because a back-off ends; Infinity: not by waiting. */
  deadline(now: number): number {
    return this.#queue.deadline(now)
  }

  dialing(address: PeerAddress, now: number): void {
    this.#busy(address, 'connecting', now)
  }

  /** The handshakes are through, whoever dialed. An unknown address is ignored: a peer that came to us has a passing port. */
  connected(address: PeerAddress, now: number): void {
    const peer = this.#busy(address, 'connected', now)
    if (peer !== undefined) peer.failures = 0
  }

  disconnected(address: PeerAddress, outcome: DialOutcome, now: number): void {
    const peer = this.#find(address)
    if (peer === undefined || peer.state === 'idle') return
    if (this.isBanned(address)) {
      this.#forget(peer)
      return
    }
    peer.state = 'idle'
    if (outcome === 'released') {
      this.#queue.ready(peer)
      return
    }
    if (outcome === 'failed') peer.failures++
    const delay = outcome === 'failed' ? PEER_BACK_OFF * 2 ** (peer.failures - 1) : RECONNECT_DELAY
    peer.notBefore = now + delay
    if (outcome === 'useless' || peer.failures >= MAX_FAILURES) this.#spent.add(peer)
    else this.#queue.wait(peer)
  }

  /** Not to be dialed nor taken in again, by host; on the loopback, where all share one, by host and port. */
  ban(address: PeerAddress): void {
    this.#bans.add(banKey(address))
    for (const peer of this.#peers.values()) {
      if (peer.state === 'idle' && this.isBanned(peer.address)) this.#forget(peer)
    }
  }

  isBanned(address: PeerAddress): boolean {
    return this.#bans.has(banKey(address))
  }

  /** The address turned out to be ours: it is forgotten and not taken in again. */
  addSelf(address: PeerAddress): void {
    this.#ours.add(keyOf(address))
    const peer = this.#find(address)
    if (peer !== undefined) this.#forget(peer)
  }

  /** Who named this peer. */
  sources(address: PeerAddress): readonly string[] {
    return [...(this.#find(address)?.sources ?? [])]
  }

  #find(address: PeerAddress): KnownPeer | undefined {
    return this.#peers.get(keyOf(address))
  }

  #insert(address: PeerAddress, source: string): boolean {
    const key = formatAddress(address)
    if (!isUsable(address, source) || this.#ours.has(key) || this.isBanned(address) || !this.#makeRoom()) return false
    const sources = new Set([source])
    const peer: KnownPeer = {
      address,
      sources,
      state: 'idle',
      failures: 0,
      lastTried: -Infinity,
      notBefore: 0,
      move: 0,
    }
    this.#peers.set(key, peer)
    this.#queue.ready(peer)
    return true
  }

  /** Only a spent peer gives way: a flood of made-up addresses must not push out the ones that work. */
  #makeRoom(): boolean {
    if (this.#peers.size < MAX_KNOWN_PEERS) return true
    for (const peer of this.#spent) {
      this.#forget(peer)
      return true
    }
    return false
  }

  /** A spent peer that is named again after its back-off may have come back: it is tried once more. */
  #giveAnotherTry(peer: KnownPeer, now: number): void {
    if (peer.notBefore > now || !this.#spent.delete(peer)) return
    peer.failures = Math.min(peer.failures, MAX_FAILURES - 1)
    this.#queue.ready(peer)
  }

  #busy(address: PeerAddress, state: 'connecting' | 'connected', now: number): KnownPeer | undefined {
    const peer = this.#find(address)
    if (peer === undefined) return undefined
    peer.state = state
    this.#queue.withdraw(peer)
    peer.lastTried = now
    this.#spent.delete(peer)
    return peer
  }

  #forget(peer: KnownPeer): void {
    this.#queue.withdraw(peer)
    this.#spent.delete(peer)
    this.#peers.delete(formatAddress(peer.address))
  }
}

function keyOf(address: PeerAddress): string {
  return formatAddress({ host: canonicalHost(address.host), port: address.port })
}

function banKey(address: PeerAddress): string {
  return ipScope(address.host) === 'loopback' ? keyOf(address) : canonicalHost(address.host)
}

function isUsable(address: PeerAddress, source: string): boolean {
  if (source !== USER_SOURCE && ipBytes(address.host) === undefined) return false
  const scope = ipScope(address.host)
  const dialable = scope !== 'unspecified' && scope !== 'multicast' && scope !== 'reserved'
  return dialable && Number.isInteger(address.port) && address.port > 0 && address.port <= 65_535
}
