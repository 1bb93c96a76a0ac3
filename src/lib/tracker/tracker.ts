// What HTTP and UDP trackers have in common: the swarms, who may use them, the interval, and the statistics.
import { fromLatin1, hex } from '../base/bytes.ts'
import type { PeerAddress } from '../base/address.ts'
import { ipText } from '../discovery/ip.ts'
import type { Random } from './peer-draw.ts'
import { encodeState, restoreState } from './state.ts'
import {
  NOTHING,
  type AnnounceEvent,
  type SwarmAnnounce,
  type SwarmAnswer,
  type SwarmCounts,
} from './swarm-announce.ts'
import { Swarms, type SwarmLimits } from './swarms.ts'

/** Seconds between announces: half an hour, what public trackers ask for. */
export const DEFAULT_INTERVAL = 1800

const NOT_LISTED = 'this info-hash is not on the list that the tracker serves'

/** What a request came over. */
export type Transport = 'http' | 'udp'

/** Something worth a line in a log. */
export type TrackerEvent =
  | {
      readonly type: 'announce'
      readonly transport: Transport
      readonly peer: PeerAddress
      /** 40 hexadecimal digits. */
      readonly infoHash: string
      readonly event: AnnounceEvent | undefined
      readonly seed: boolean
      readonly seeds: number
      readonly leeches: number
      /** How many peers the answer names. */
      readonly given: number
    }
  | { readonly type: 'scrape'; readonly transport: Transport; readonly peer: PeerAddress; readonly infoHashes: number }
  | { readonly type: 'refused'; readonly transport: Transport; readonly peer: PeerAddress; readonly reason: string }

export interface TransportStats {
  readonly announces: number
  readonly scrapes: number
  /** Requests answered with a failure reason. */
  readonly refused: number
}

export interface TrackerStats {
  /** Seconds since the tracker started. */
  readonly uptime: number
  /** Swarms that have peers. */
  readonly swarms: number
  readonly seeds: number
  readonly leeches: number
  /** Peers dropped since the start because there was no room for one more. */
  readonly evicted: number
  readonly http: TransportStats
  readonly udp: TransportStats
}

export interface TrackerOptions {
  /** Seconds; DEFAULT_INTERVAL if left out. */
  readonly interval?: number
  /** The info-hashes served; any, if left out. */
  readonly allow?: InfoHashes
  /** How many swarms a scrape without an info-hash tells of; 0, if left out: it is refused. */
  readonly fullScrape?: number
  readonly random: Random
  /** Milliseconds on the clock of `now`. */
  readonly startedAt: number
  readonly limits?: SwarmLimits
  readonly onEvent?: (event: TrackerEvent) => void
}

/** Asked at each request, so it may change. */
export interface InfoHashes {
  /** @param infoHash 40 lower-case hexadecimal digits. */
  has(infoHash: string): boolean
}

/** A request as it came: how, from where, when. */
export interface Origin {
  readonly transport: Transport
  /** 4 or 16 bytes: the socket's other end, the only address that a peer is listed under. */
  readonly address: Uint8Array
  /** The socket's. */
  readonly port: number
  /** Milliseconds, monotonic. */
  readonly now: number
}

export class Tracker {
  /** Seconds. */
  readonly interval: number
  /** How many swarms a scrape without an info-hash tells of; 0: it is refused. */
  readonly fullScrape: number
  readonly #startedAt: number
  readonly #swarms: Swarms
  readonly #allow: InfoHashes | undefined
  readonly #onEvent: ((event: TrackerEvent) => void) | undefined
  readonly #counts = {
    http: { announces: 0, scrapes: 0, refused: 0 },
    udp: { announces: 0, scrapes: 0, refused: 0 },
  }

  constructor(options: TrackerOptions) {
    this.interval = options.interval ?? DEFAULT_INTERVAL
    this.#swarms = new Swarms(this.interval, options.random, options.limits)
    this.#startedAt = options.startedAt
    this.#allow = options.allow
    this.fullScrape = options.fullScrape ?? 0
    this.#onEvent = options.onEvent
  }

  /** @returns text where the tracker refuses: the failure reason. */
  announce(request: Omit<SwarmAnnounce, 'address'>, origin: Origin): SwarmAnswer | string {
    if (!this.#serves(request.infoHash)) return this.refuse(NOT_LISTED, origin)
    const answer = this.#swarms.announce({ ...request, address: origin.address }, origin.now)
    this.#counts[origin.transport].announces++
    this.#onEvent?.({
      type: 'announce',
      transport: origin.transport,
      peer: { host: ipText(origin.address), port: request.port },
      infoHash: hexOf(request.infoHash),
      event: request.event,
      seed: request.seed,
      seeds: answer.seeds,
      leeches: answer.leeches,
      given: answer.peers.length,
    })
    return answer
  }

  /** One entry for each info-hash (20 bytes as latin1 text), in their order; zeros for a swarm that is not known or not served. */
  scrape(infoHashes: readonly string[], origin: Origin): readonly SwarmCounts[] {
    this.#noteScrape(infoHashes.length, origin)
    return infoHashes.map(infoHash => (this.#serves(infoHash) ? this.#swarms.scrape(infoHash, origin.now) : NOTHING))
  }

  /** As many swarms as `fullScrape` allows, by info-hash as latin1 text. */
  scrapeAll(origin: Origin): ReadonlyMap<string, SwarmCounts> {
    const swarms = this.#swarms.list(this.fullScrape, origin.now)
    this.#noteScrape(swarms.size, origin)
    return swarms
  }

  /** Notes a request that gets a failure reason. @returns the reason. */
  refuse(reason: string, origin: Origin): string {
    this.#counts[origin.transport].refused++
    this.#onEvent?.({ type: 'refused', transport: origin.transport, peer: peerOf(origin), reason })
    return reason
  }

  stats(now: number): TrackerStats {
    const uptime = Math.floor((now - this.#startedAt) / 1000)
    return { uptime, ...this.#swarms.totals(now), http: { ...this.#counts.http }, udp: { ...this.#counts.udp } }
  }

  /** All that it knows of swarms. @param wall Unix milliseconds */
  save(now: number, wall: number): Uint8Array {
    return encodeState(this.#swarms, now, wall)
  }

  /** Goes on from what `save` gave, less who has been silent too long since. @returns text: what is wrong with it */
  restore(state: Uint8Array, now: number, wall: number): 'restored' | { readonly fault: string } {
    return restoreState(this.#swarms, state, now, wall)
  }

  #noteScrape(infoHashes: number, origin: Origin): void {
    this.#counts[origin.transport].scrapes++
    this.#onEvent?.({ type: 'scrape', transport: origin.transport, peer: peerOf(origin), infoHashes })
  }

  #serves(infoHash: string): boolean {
    return this.#allow === undefined || this.#allow.has(hexOf(infoHash))
  }
}

/** @param infoHash latin1 text. */
function hexOf(infoHash: string): string {
  return hex(fromLatin1(infoHash))
}

function peerOf(origin: Origin): PeerAddress {
  return { host: ipText(origin.address), port: origin.port }
}
