// Places that name peers, as a plugin offers them: DHT, LSD, a file, …
import type { PeerAddress } from '../base/address.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import type { Io } from './api-io.ts'

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
