// The engine, for commands that a plugin adds: what the host answers on the hook `bt:host`. It is less than the library has,
// and stays as it is while that changes.
import type { PeerAddress } from '../base/address.ts'
import type { InfoHash } from '../base/ids.ts'
import type { Toolkit } from './api-toolkit.ts'

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
