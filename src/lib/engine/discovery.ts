// Where one torrent's peers come from: its trackers and the sources that plugins add. They are asked from `begin` on, but
// not while it is paused: pausing leaves them, and resuming asks anew.
import type { PeerAddress } from '../base/address.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { Announcing, type AnnounceEvent, type TransferTotals } from './announcing.ts'
import type { EngineContext } from './context.ts'
import type { Situation } from './outlook.ts'
import { PeerSources } from './peer-sources.ts'
import type { TorrentSource } from './source.ts'

export interface DiscoveryOptions {
  readonly context: EngineContext
  readonly source: TorrentSource
  /** False: nobody is ever asked. */
  readonly enabled: boolean
  readonly info: () => Info | undefined
  readonly totals: () => TransferTotals
  readonly onPeers: (peers: readonly PeerAddress[], from: string) => void
  readonly onEvent: (event: AnnounceEvent | { readonly type: 'warning'; readonly message: string }) => void
  /** There may be less hope for peers than before. */
  readonly onSetback: () => void
}

export class Discovery {
  readonly #options: DiscoveryOptions
  #announcing: Announcing | undefined
  #sources: PeerSources
  #begun = false
  #paused = false

  constructor(options: DiscoveryOptions) {
    this.#options = options
    this.#announcing = this.#makeAnnouncing()
    this.#sources = this.#makeSources()
  }

  /** Trackers and sources may be asked: what is there has been checked, or the metadata is wanted. */
  get begun(): boolean {
    return this.#begun
  }

  /** What they leave to hope for. */
  get prospects(): Pick<Situation, 'trackers' | 'sources'> {
    return { trackers: this.#announcing?.states() ?? [], sources: this.#sources.running }
  }

  begin(): void {
    if (this.#begun) return
    this.#begun = true
    if (!this.#paused) this.#ask()
  }

  /** @returns when the trackers were told. */
  async pause(): Promise<void> {
    this.#paused = true
    await Promise.all([this.#announcing?.stop(), this.#sources.stop()])
  }

  /** Trackers hear `started` again. */
  resume(): void {
    this.#paused = false
    this.#announcing = this.#makeAnnouncing()
    this.#sources = this.#makeSources()
    if (this.#begun) this.#ask()
  }

  /** @returns when the sources have ended, and when the trackers were told. */
  stop(): { readonly sources: Promise<void>; readonly trackers: Promise<void> } {
    const trackers = this.#announcing?.stop() ?? Promise.resolve()
    return { sources: this.#sources.stop(), trackers }
  }

  /** The download is complete (BEP 3 `completed`). */
  complete(): void {
    this.#announcing?.complete()
  }

  needPeers(): void {
    if (!this.#paused) this.#announcing?.needPeers()
  }

  #ask(): void {
    const { context, source, info, onSetback } = this.#options
    this.#announcing?.start()
    this.#sources.start({
      infoHash: source.infoHash,
      peerId: context.peerId,
      name: info()?.name ?? source.displayName,
      private: info()?.private ?? false,
      port: context.port,
    })
    onSetback()
  }

  #makeSources(): PeerSources {
    const { context, enabled, info, onPeers, onEvent, onSetback } = this.#options
    return new PeerSources({
      sources: enabled ? context.registry.sources : [],
      private: () => info()?.private === true,
      onPeers,
      onWarning: message => onEvent({ type: 'warning', message }),
      onEnd: onSetback,
    })
  }

  #makeAnnouncing(): Announcing | undefined {
    const { context, source, enabled, totals, onPeers, onEvent, onSetback } = this.#options
    if (!enabled || source.tiers.length === 0) return undefined
    const { registry, peerId, announcePort: port, key, now, random } = context
    return new Announcing({
      tiers: source.tiers,
      registry,
      infoHash: source.infoHash,
      peerId,
      port,
      key,
      now,
      random,
      totals,
      onPeers,
      onEvent: event => {
        onEvent(event)
        if (event.type === 'announceFailed') onSetback()
      },
    })
  }
}
