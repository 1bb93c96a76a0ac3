// Trackers, as a plugin offers them: what they are asked, and what they answer. An answer is looked at before it is believed
// (`engine/tracker-answers.ts`).
import type { PeerAddress } from '../base/address.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import type { BencodeDict } from '../bencode/value.ts'
import type { Io } from './api-io.ts'

/** Trackers at URLs of some schemes. One object serves all torrents, and may be called several times at once. */
export interface Tracker {
  readonly schemes: readonly `${string}:`[]
  /**
   * @throws an error made by `kit.error` with TRACKER_UNREACHABLE, TRACKER_REFUSED or TRACKER_INVALID_ANSWER. Its
   * `details.retryAfter` (seconds, or `never`) says when the tracker may be asked again (BEP 31), `details.reason` why it
   * refused, without the rest of the message.
   */
  announce(url: URL, request: AnnounceRequest, io: Io): Promise<AnnounceResponse>
  scrape?(url: URL, infoHashes: readonly InfoHash[], io: Io): Promise<readonly ScrapeEntry[]>
}

/** What a tracker is told. Sizes are bytes. */
export interface AnnounceRequest {
  readonly infoHash: InfoHash
  readonly peerId: PeerId
  /** Where we listen for peers. */
  readonly port: number
  /** Bytes sent to peers since `started`. */
  readonly uploaded: number
  /** Bytes received since `started`. */
  readonly downloaded: number
  /** Bytes still missing. Never 0 while the size is not known. */
  readonly left: number
  readonly event?: 'started' | 'completed' | 'stopped'
  readonly numWant: number
  /** 32 random bits that stay the same for a session (BEP 7 and 15 `key`). */
  readonly key: number
  /** What this tracker called itself in its last answer (`tracker id`, by convention). */
  readonly trackerId?: string
  // What follows is set by who asks a tracker by hand; a plugin whose protocol lacks one says so by `io.warn`.
  /** BEP 23: false asks for peers as dictionaries. */
  readonly compact?: boolean
  /** Asks for dictionaries without the peers' ids. */
  readonly noPeerId?: boolean
  /** The literal address to be listed under (BEP 3 `ip`); else the tracker takes the one that it sees. */
  readonly ip?: string
  /** Bytes received that did not match their hashes (`corrupt`, by convention). */
  readonly corrupt?: number
}

/** A peer of an answer; its id where the answer has it. */
export interface AnnouncedPeer extends PeerAddress {
  readonly peerId?: Uint8Array
}

/** What a tracker answered. Intervals are seconds. */
export interface AnnounceResponse {
  readonly peers: readonly AnnouncedPeer[]
  /** Seconds until the next regular announce. */
  readonly interval: number
  /** Seconds before which no announce is welcome. */
  readonly minInterval?: number
  /** Seeds. */
  readonly complete?: number
  /** Leeches. */
  readonly incomplete?: number
  /** How often `completed` was announced. */
  readonly downloaded?: number
  readonly warning?: string
  readonly trackerId?: string
  /** Our own address as the tracker sees it (BEP 24), textual. */
  readonly externalIp?: string
  /** What else the answer says, by its own keys. */
  readonly extra?: BencodeDict
}

/** What a tracker counts of one torrent (BEP 48). */
export interface ScrapeEntry {
  readonly infoHash: InfoHash
  readonly complete: number
  /** How often `completed` was announced. */
  readonly downloaded: number
  readonly incomplete: number
  /** Of the incomplete ones, those that still download (BEP 21). */
  readonly downloaders?: number
  readonly name?: string
}
