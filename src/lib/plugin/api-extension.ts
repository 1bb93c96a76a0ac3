// Extensions of the peer protocol (BEP 10), as a plugin offers them: an extension, opened for a torrent, connected to a peer.
// All of it is sans-io: payloads and `now` come in, and payloads go out by `send`.
import type { PeerAddress } from '../base/address.ts'
import type { InfoHash } from '../base/ids.ts'
import type { BencodeDict, BencodeInput } from '../bencode/value.ts'

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
