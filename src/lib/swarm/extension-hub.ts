// The wire extensions of one torrent: what they may know and do of it, and a session of each for every peer that speaks
// BEP 10.
import type { PeerAddress } from '../base/address.ts'
import type { InfoHash } from '../base/ids.ts'
import { ipBytes } from '../discovery/ip.ts'
import type { ExtensionPeer, WireExtension } from '../plugin/api.ts'
import { ExtensionSet, type NamedExtension } from './extension-set.ts'
import { ADVERTISED_REQUEST_QUEUE } from './limits.ts'
import type { SwarmPeer } from './peer.ts'

/** What the torrent lets its extensions reach. */
export interface ExtensionHost {
  readonly infoHash: InfoHash
  metadata(): Uint8Array | undefined
  offerMetadata(raw: Uint8Array): boolean
  addPeers(peers: readonly PeerAddress[], source: string): void
  touch(peer: SwarmPeer): void
  dropPeer(peer: SwarmPeer, reason: string, ban: boolean): void
}

export class ExtensionHub {
  readonly #host: ExtensionHost
  readonly #extensions: readonly NamedExtension[]

  constructor(extensions: readonly WireExtension[], host: ExtensionHost) {
    this.#host = host
    this.#extensions = extensions.map(extension => ({
      name: extension.name,
      instance: extension.open({
        infoHash: host.infoHash,
        metadata: () => host.metadata(),
        offerMetadata: raw => host.offerMetadata(raw),
        addPeers: peers => host.addPeers(peers, extension.name),
      }),
    }))
  }

  /** Opens the sessions of a peer and queues our extension handshake to it. */
  greet(peer: SwarmPeer, client: string, port: number): void {
    const set = new ExtensionSet(this.#extensions, name => this.#peerView(peer, name))
    peer.extensions = set
    peer.connection?.extendedHandshake(
      set.handshake({
        v: client,
        reqq: ADVERTISED_REQUEST_QUEUE,
        yourip: ipBytes(peer.address.host),
        // BEP 10 `p`: our listening port, of use only to a peer that came to know us by an outgoing connection.
        p: port > 0 && peer.initiator === 'us' ? port : undefined,
      }),
    )
  }

  #peerView(peer: SwarmPeer, name: string): ExtensionPeer {
    return {
      address: peer.address,
      send: payload => {
        const id = peer.extensions?.idOf(name)
        if (id === undefined || peer.connection === undefined || peer.connection.closed) return false
        peer.connection.extended(id, payload)
        this.#host.touch(peer)
        return true
      },
      close: (reason, options) => this.#host.dropPeer(peer, reason, options?.ban === true),
    }
  }
}
