// The torrent that a test hands to an extension. Its metadata, once known, always matches its info-hash.
import { createHash } from 'node:crypto'
import type { PeerAddress } from '../base/address.ts'
import { equal } from '../base/bytes.ts'
import { infoHash, type InfoHash } from '../base/ids.ts'
import type { ExtensionTorrent } from './api.ts'

/** A torrent as an extension sees it; it hashes what it is offered, as the host does. */
export class FakeTorrent implements ExtensionTorrent {
  readonly infoHash: InfoHash
  readonly peers: PeerAddress[] = []
  /** How often `offerMetadata` was given bytes that did not match. */
  mismatches: number = 0
  #metadata: Uint8Array | undefined

  /** @param known whether the torrent starts with its metadata, or with the info-hash alone. */
  constructor(metadata: Uint8Array, known: 'known' | 'unknown') {
    this.infoHash = sha1(metadata)
    if (known === 'known') this.#metadata = metadata
  }

  metadata(): Uint8Array | undefined {
    return this.#metadata
  }

  offerMetadata(bytes: Uint8Array): boolean {
    if (equal(sha1(bytes), this.infoHash)) {
      this.#metadata = bytes
      return true
    }
    this.mismatches++
    return false
  }

  addPeers(peers: readonly PeerAddress[]): void {
    this.peers.push(...peers)
  }
}

function sha1(bytes: Uint8Array): InfoHash {
  return infoHash(new Uint8Array(createHash('sha1').update(bytes).digest()))
}
