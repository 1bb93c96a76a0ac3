// One peer: its requests go to the server, its answers to the fetch that all peers of the torrent share.
import type {
  BencodeDict,
  BencodeInput,
  ExtensionPeer,
  ExtensionSession,
  ExtensionTorrent,
  Toolkit,
} from 'bt-toolbox/plugin'
import type { MetadataFetch } from './fetch.ts'
import { decodeMessage, integer } from './message.ts'
import { MetadataServer } from './serve.ts'
import { usableSize } from './size.ts'
import { MetadataSource } from './source.ts'

export class MetadataSession implements ExtensionSession {
  readonly #torrent: ExtensionTorrent
  readonly #peer: ExtensionPeer
  readonly #kit: Toolkit
  readonly #fetch: MetadataFetch
  readonly #source: MetadataSource
  readonly #server: MetadataServer

  constructor(torrent: ExtensionTorrent, peer: ExtensionPeer, kit: Toolkit, fetch: MetadataFetch) {
    this.#torrent = torrent
    this.#peer = peer
    this.#kit = kit
    this.#fetch = fetch
    this.#source = new MetadataSource(peer)
    this.#server = new MetadataServer(torrent, peer, kit)
  }

  /** BEP 9 "extension header". */
  handshake(): { readonly [key: string]: BencodeInput } {
    const metadata = this.#torrent.metadata()
    return metadata === undefined ? {} : { metadata_size: metadata.length }
  }

  onHandshake(handshake: BencodeDict, speaks: boolean, now: number): void {
    this.#source.announce(usableSize(integer(handshake.get('metadata_size'))), now)
    if (speaks && this.#source.size > 0) this.#fetch.join(this.#source, now)
    else this.#fetch.leave(this.#source, now)
  }

  onMessage(payload: Uint8Array, now: number): void {
    const message = decodeMessage(this.#kit, payload)
    switch (message.type) {
      case 'request':
        return this.#server.onRequest(message.piece, now)
      case 'data':
        return this.#fetch.onData(this.#source, message, now)
      case 'reject':
        return this.#fetch.onReject(this.#source, message.piece, now)
      case 'unknown':
        return undefined
      case 'malformed':
        this.#peer.close('sent a malformed ut_metadata message')
        return this.#fetch.leave(this.#source, now)
    }
  }

  get deadline(): number {
    return Math.min(this.#server.deadline, this.#fetch.deadline(this.#source))
  }

  handleTimeout(now: number): void {
    this.#server.handleTimeout(now)
    this.#fetch.handleTimeout(this.#source, now)
  }

  onClose(now: number): void {
    this.#fetch.leave(this.#source, now)
  }
}
