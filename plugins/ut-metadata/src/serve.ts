// Serving our metadata to one peer. What waits for the peer is bounded, whatever it asks for and however slowly it reads.
import type { ExtensionPeer, ExtensionTorrent, Toolkit } from 'bt-toolbox/plugin'
import { encodeData, encodeReject } from './message.ts'
import { METADATA_PIECE_LENGTH, metadataPieceCount } from './pieces.ts'

/** Requests of one peer that wait, after which more are rejected (libtorrent's number). */
export const MAX_QUEUED_REQUESTS = 1024
/** Pieces that one peer gets within WINDOW: 4 MiB, nearly all metadata at once. */
export const PIECES_PER_WINDOW = 256
/** Milliseconds. */
export const WINDOW = 1000
/** BEP 9 "reject": requests may be rejected once "the number of pieces of metadata times a factor" were served. */
export const SERVED_FACTOR = 4
/** Rejects to one peer, after which it is dropped: enough to be asked for 30 MiB twice before we have them. */
export const MAX_REJECTS = 4096

export class MetadataServer {
  readonly #torrent: ExtensionTorrent
  readonly #peer: ExtensionPeer
  readonly #kit: Toolkit
  readonly #queue: number[] = []
  #served = 0
  #rejected = 0
  #windowStart = -Infinity
  #sentInWindow = 0

  constructor(torrent: ExtensionTorrent, peer: ExtensionPeer, kit: Toolkit) {
    this.#torrent = torrent
    this.#peer = peer
    this.#kit = kit
  }

  onRequest(piece: number, now: number): void {
    const metadata = this.#torrent.metadata()
    // BEP 9 "request": without the whole metadata, every request is rejected.
    if (metadata === undefined || piece >= metadataPieceCount(metadata.length)) return this.#reject(piece)
    const accepted = this.#served + this.#queue.length
    if (accepted >= SERVED_FACTOR * metadataPieceCount(metadata.length)) return this.#reject(piece)
    if (this.#queue.length >= MAX_QUEUED_REQUESTS) return this.#reject(piece)
    this.#queue.push(piece)
    this.#send(metadata, now)
  }

  get deadline(): number {
    return this.#queue.length === 0 ? Infinity : this.#windowStart + WINDOW
  }

  handleTimeout(now: number): void {
    const metadata = this.#torrent.metadata()
    if (metadata !== undefined) this.#send(metadata, now)
  }

  #send(metadata: Uint8Array, now: number): void {
    if (now >= this.#windowStart + WINDOW) {
      this.#windowStart = now
      this.#sentInWindow = 0
    }
    for (const piece of this.#queue.splice(0, PIECES_PER_WINDOW - this.#sentInWindow)) {
      const start = piece * METADATA_PIECE_LENGTH
      const bytes = metadata.subarray(start, start + METADATA_PIECE_LENGTH)
      this.#peer.send(encodeData(this.#kit, piece, metadata.length, bytes))
      this.#sentInWindow++
      this.#served++
    }
  }

  #reject(piece: number): void {
    this.#rejected++
    if (this.#rejected > MAX_REJECTS) this.#peer.close('asked for metadata too often')
    else this.#peer.send(encodeReject(this.#kit, piece))
  }
}
