// The wire extensions of one torrent: what they may know and do of it, and a session of each for every peer that speaks
// BEP 10.
import type { PeerAddress } from '../base/address.ts'
import { messageOf } from '../base/errors.ts'
import type { InfoHash } from '../base/ids.ts'
import { ipBytes } from '../discovery/ip.ts'
import { peersOf } from '../discovery/named-peers.ts'
import type { ExtensionPeer, WireExtension } from '../plugin/api.ts'
import { coreExtensions, UPLOAD_ONLY, type CoreMessages } from './core-extensions.ts'
import { ExtensionSet, type NamedExtension } from './extension-set.ts'
import { MAX_EXTENDED_LENGTH } from '../wire/limits.ts'
import { ADVERTISED_REQUEST_QUEUE } from './limits.ts'
import type { SwarmPeer } from './peer.ts'

/** What the torrent lets its extensions reach. */
export interface ExtensionHost {
  readonly infoHash: InfoHash
  metadata(): Uint8Array | undefined
  offerMetadata(raw: Uint8Array): boolean
  addPeers(peers: readonly PeerAddress[], source: string): void
  touch(peer: SwarmPeer): void
  warn(message: string): void
  dropPeer(peer: SwarmPeer, reason: string, ban: boolean): void
  /** What the messages of the swarm's own extensions do; undefined: we do not speak them. */
  core(peer: SwarmPeer): CoreMessages | undefined
  /** Whether we download nothing (any more); told to peers (BEP 21). */
  uploadOnly(): boolean
}

/** Bytes: the extension id counts too. */
const MAX_EXTENDED_PAYLOAD = MAX_EXTENDED_LENGTH - 1

export class ExtensionHub {
  readonly #host: ExtensionHost
  readonly #extensions: readonly NamedExtension[]
  readonly #blamed = new Set<string>()

  constructor(extensions: readonly WireExtension[], host: ExtensionHost) {
    this.#host = host
    this.#extensions = extensions.flatMap(extension => this.#open(extension))
  }

  /** Opens the sessions of a peer and queues our extension handshake to it. */
  greet(peer: SwarmPeer, client: string, port: number): void {
    const core = this.#host.core(peer)
    const own = core === undefined ? [] : coreExtensions(core, () => this.#host.uploadOnly())
    const set = new ExtensionSet({
      // Those of plugins first: whoever looks at our handshake finds them under the numbers they always had.
      extensions: [...this.#extensions, ...own],
      host: name => this.#peerView(peer, name),
      onFault: (name, error) => this.#blame(name, error),
    })
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

  /** Whether we download anything has changed (BEP 21): by libtorrent's message where the peer takes it, else once more by BEP 10. */
  tellUploadOnly(peer: SwarmPeer): void {
    const { connection, extensions } = peer
    if (extensions === undefined || connection === undefined || connection.closed) return
    const value = this.#host.uploadOnly() ? 1 : 0
    const id = extensions.idOf(UPLOAD_ONLY)
    if (id === undefined) connection.extendedHandshake(extensions.handshake({ [UPLOAD_ONLY]: value }))
    else connection.extended(id, Uint8Array.of(value))
    this.#host.touch(peer)
  }

  /** None where it fails: a plugin that throws costs itself, never the download. */
  #open(extension: WireExtension): readonly NamedExtension[] {
    const host = this.#host
    const { name } = extension
    try {
      const instance = extension.open({
        infoHash: host.infoHash,
        metadata: () => host.metadata(),
        offerMetadata: raw => host.offerMetadata(raw),
        addPeers: peers => host.addPeers(peersOf(peers), name),
      })
      if (typeof instance?.connect !== 'function') throw new TypeError('its open() gave nothing with connect()')
      return [{ name, instance }]
    } catch (error) {
      this.#blame(name, error)
      return []
    }
  }

  /** Once for each extension: what fails with one peer mostly fails with all. */
  #blame(name: string, error: unknown): void {
    if (this.#blamed.has(name)) return
    this.#blamed.add(name)
    this.#host.warn(`extension ${name} failed and is left out where it did: ${messageOf(error)}`)
  }

  #peerView(peer: SwarmPeer, name: string): ExtensionPeer {
    return {
      address: peer.address,
      send: payload => {
        const id = peer.extensions?.idOf(name)
        if (id === undefined || peer.connection === undefined || peer.connection.closed) return false
        checkPayload(payload)
        peer.connection.extended(id, payload)
        this.#host.touch(peer)
        return true
      },
      close: (reason, options) => this.#host.dropPeer(peer, reason, options?.ban === true),
    }
  }
}

/** Thrown into the plugin that called, so that it is blamed and nothing of its message is queued. */
function checkPayload(payload: unknown): void {
  if (!(payload instanceof Uint8Array)) throw new TypeError('what it sent is no Uint8Array')
  if (payload.length > MAX_EXTENDED_PAYLOAD) {
    throw new RangeError(`it sent ${payload.length} bytes in one message; the most is ${MAX_EXTENDED_PAYLOAD}`)
  }
}
