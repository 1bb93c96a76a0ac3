// The plugin contract, types only: a plugin can not import the host at run time, so helpers reach it as `kit`.
// One hook, `bt:plugin`, returns plain data; the host builds its registry from that.
import type { Hook } from '@oclif/core/hooks'
import type { PeerAddress } from '../base/address.ts'
import type { ErrorCode } from '../base/errors.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import type { BencodeDict, BencodeInput, BencodeValue } from '../bencode/value.ts'

export type { BencodeDict, BencodeInput, BencodeValue, ErrorCode, InfoHash, PeerAddress, PeerId }

/** What a plugin's hook returns: plain data, any part of which may be missing. */
export interface BtPlugin {
  /** The version of this contract. */
  readonly api: 1
  /** Extension messages of BEP 10: ut_metadata, ut_pex, … */
  readonly extensions?: readonly WireExtension[]
  /** Trackers by URL scheme: http:, https:, udp:, … */
  readonly trackers?: readonly Tracker[]
  /** Other places that name peers: DHT, LSD, a file, … */
  readonly sources?: readonly PeerSource[]
}

// ---- trackers ----

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

// ---- wire extensions (BEP 10) ----

/** An extension of the peer protocol (BEP 10). */
export interface WireExtension {
  /** The key in the `m` dictionary, such as `ut_metadata`. */
  readonly name: string
  /** Called once a torrent; what the torrent's peers share lives in the returned object. */
  open(torrent: ExtensionTorrent): ExtensionInstance
}

/** What an extension may know and do of one torrent. */
export interface ExtensionTorrent {
  readonly infoHash: InfoHash
  /** The raw info dictionary, once it is known. */
  metadata(): Uint8Array | undefined
  /** Hands over a candidate for the raw info dictionary. The host hashes it; false: the hash did not match. */
  offerMetadata(bytes: Uint8Array): boolean
  /** Peers learned on the wire (such as PEX); ignored for private torrents (BEP 27). */
  addPeers(peers: readonly PeerAddress[]): void
}

/** An extension at work for one torrent. */
export interface ExtensionInstance {
  /** Called once for every peer that speaks BEP 10, before our extension handshake to it is sent. */
  connect(peer: ExtensionPeer): ExtensionSession
}

/** A peer as an extension sees it. */
export interface ExtensionPeer {
  readonly address: PeerAddress
  /** Queues an extension message. False: the peer has not (yet) said that it speaks this extension; nothing is sent. */
  send(payload: Uint8Array): boolean
  /** Drops the peer, and bans it where it did harm. */
  close(reason: string, options?: { readonly ban?: boolean }): void
}

/** Sans-io: no sockets and no clock; `now` is milliseconds on a monotonic clock. */
export interface ExtensionSession {
  /** Keys to add to our extension handshake, such as `metadata_size`. */
  handshake?(): { readonly [key: string]: BencodeInput }
  /** The peer's extension handshake (again each time one comes). `speaks`: it named this extension. */
  onHandshake(handshake: BencodeDict, speaks: boolean, now: number): void
  /** One message's payload after the extension id; borrowed for the call. */
  onMessage(payload: Uint8Array, now: number): void
  /** Milliseconds on the clock of `now` when `handleTimeout` is wanted; Infinity: never. */
  readonly deadline?: number
  handleTimeout?(now: number): void
  onClose?(now: number): void
}

// ---- peer sources ----

/** A place that names peers, besides trackers. */
export interface PeerSource {
  readonly name: string
  /** BEP 27: a source is not asked about private torrents unless it says so here. */
  readonly allowPrivate?: boolean
  /** Runs until it returns or `io.signal` is aborted; each batch goes to the torrent as it comes. */
  peers(torrent: TorrentView, io: Io): AsyncIterable<readonly PeerAddress[]>
}

/** A torrent as a source sees it. */
export interface TorrentView {
  readonly infoHash: InfoHash
  readonly peerId: PeerId
  /** Known once the metadata is. */
  readonly name: string | undefined
  readonly private: boolean
  /** Where we listen for peers; 0: nowhere. */
  readonly port: number
}

// ---- the outside world ----

/** All that a plugin gets of the world. Every wait ends with `signal`. */
export interface Io {
  readonly signal: AbortSignal
  /** Milliseconds, monotonic. */
  now(): number
  sleep(ms: number): Promise<void>
  random(length: number): Uint8Array
  udp(family?: 4 | 6): Promise<UdpSocket>
  /**
   * GET with the limits of the host (size, redirects, time); the body is decompressed. At a loopback or link-local
   * address, redirected to or not, only paths that start with /announce or /scrape are asked for.
   */
  http(url: URL): Promise<HttpResponse>
  /** Addresses of a host name; a literal address is returned as it is. */
  resolve(host: string): Promise<readonly { readonly address: string; readonly family: 4 | 6 }[]>
  /** A message for the user that is no failure. */
  warn(message: string): void
  /**
   * True: somebody looks at what a tracker does with one question, so what gets no answer is not sent again, and of several
   * addresses the first alone is asked. It ends with `signal`.
   */
  readonly once?: boolean
  /** Where somebody watches: takes what is sent and received. The host itself tells what `http` does. */
  trace?(step: TraceStep): void
}

/** One message, for who watches. */
export interface TraceStep {
  readonly direction: 'sent' | 'received'
  /** What it is, in the protocol's words: `GET`, `HTTP 200`, `connect`, `error`. */
  readonly what: string
  /** Where it goes or comes from: a URL, or `ip:port`. */
  readonly peer: string
  /** What it holds, in its own order and by the protocol's names. */
  readonly fields: Readonly<Record<string, string | number>>
  /** HTTP's. */
  readonly status?: number
  /** The packet, or the body of an answer. */
  readonly bytes?: Uint8Array
}

/** The end of all redirects, whatever its status. */
export interface HttpResponse {
  readonly status: number
  readonly body: Uint8Array
}

/** A socket of one address family with a port of its own. Close it in the end. */
export interface UdpSocket {
  send(data: Uint8Array, host: string, port: number): Promise<void>
  /** The next datagram; undefined once `timeout` milliseconds have passed. Rejects when `io.signal` is aborted. */
  receive(timeout: number): Promise<UdpDatagram | undefined>
  close(): void
}

/** A datagram, and where it came from or goes to. */
export interface UdpDatagram {
  readonly data: Uint8Array
  readonly host: string
  readonly port: number
}

// ---- what the host gives ----

/** Helpers that the host hands to a plugin. */
export interface Toolkit {
  decode(bytes: Uint8Array): BencodeValue
  /** Decodes the value at the start of the bytes; `end` is where it stops (ut_metadata appends data to a dictionary). */
  decodePrefix(bytes: Uint8Array): { readonly value: BencodeValue; readonly end: number }
  encode(value: BencodeInput): Uint8Array
  /** Compact peers: 6 bytes each for family 4 (BEP 23), 18 for family 6 (BEP 7); undefined where the length is wrong. */
  compactPeers(bytes: Uint8Array, family: 4 | 6): readonly PeerAddress[] | undefined
  hex(bytes: Uint8Array): string
  infoHash(bytes: Uint8Array): InfoHash
  parseAddress(text: string): PeerAddress
  formatAddress(address: PeerAddress): string
  /** An error that the host shows and maps to an exit code. */
  error(
    code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown; readonly details?: Readonly<Record<string, string | number | boolean>> },
  ): Error
}

// ---- the engine, for commands that a plugin adds ----

/** What the host answers on the hook `bt:host`: the first result of `config.runHook('bt:host', {})` with `api === 1`. */
export interface Host {
  /** The version of this contract. */
  readonly api: 1
  readonly kit: Toolkit
  /** Whatever a user names a torrent by: a file, `-`, an http(s) URL, a magnet link, an info-hash. */
  loadTorrent(argument: string, signal: AbortSignal): Promise<HostTorrent>
  /** An engine with all plugins; `port` false: it does not listen. Close it in the end. */
  createEngine(options?: { readonly port?: number | false; readonly host?: string }): Promise<HostEngine>
}

/** A torrent that a user named. */
export interface HostTorrent {
  readonly infoHash: InfoHash
  readonly displayName?: string
  readonly tiers: readonly (readonly string[])[]
  readonly peers: readonly PeerAddress[]
}

/** An engine as a plugin's command sees it. */
export interface HostEngine {
  /** Where we listen. */
  readonly address: PeerAddress | undefined
  download(
    torrent: HostTorrent,
    options?: { readonly output?: string; readonly peers?: readonly PeerAddress[] },
  ): HostSession
  seed(torrent: HostTorrent, options?: { readonly path?: string }): HostSession
  /** Gets the info dictionary from peers and nothing else. */
  fetchMetadata(torrent: HostTorrent, options?: { readonly peers?: readonly PeerAddress[] }): HostSession
  close(): Promise<void>
}

/** One torrent of an engine. Promises reject with errors that have a code. */
export interface HostSession {
  /** Every wanted piece is stored; rejects where the torrent fails or is stopped. */
  readonly done: Promise<void>
  readonly metadata: Promise<{ readonly name: string; readonly totalLength: number; readonly raw: Uint8Array }>
  progress(): HostProgress
  subscribe(listener: (event: { readonly type: string }) => void): () => void
  stop(): Promise<void>
}

/** Bytes, and bytes a second. */
export interface HostProgress {
  readonly stage: string
  readonly peers: number
  readonly bytesDone: number
  readonly bytesTotal: number
  readonly downloadRate: number
  readonly uploadRate: number
}

declare module '@oclif/core/hooks' {
  interface Hooks {
    'bt:plugin': { options: { kit: Toolkit }; return: BtPlugin }
    'bt:host': { options: Record<string, never>; return: Host }
  }
}

/** The type of the function that a plugin's `bt:plugin` hook file exports as default. */
export type PluginHook = Hook<'bt:plugin'>
/** The type of the hook with which the host answers `bt:host`. */
export type HostHook = Hook<'bt:host'>
