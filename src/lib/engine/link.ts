// The magnet link of a torrent, however it was named (BEP 9).
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import type { Magnet } from '../metainfo/magnet.ts'
import { parseSelection, selectFiles } from './select-files.ts'
import type { TorrentSource } from './source.ts'

export interface LinkOptions {
  /** Besides those of the torrent. */
  readonly trackers: readonly string[]
  /** Whether those of the torrent go into the link. */
  readonly ownTrackers: boolean
  readonly peers: readonly PeerAddress[]
  readonly webSeeds: readonly string[]
  /** Indices of files (BEP 53), as `parseSelection` reads them. */
  readonly select?: string
  /** In place of the torrent's. */
  readonly name?: string
}

/**
 * Everything that is known of the torrent, and what the options add; nothing stands twice.
 * @throws BtError UNSUPPORTED_TORRENT for a v2-only torrent; USAGE for files that the torrent does not have
 */
export function linkOf(source: TorrentSource, options: LinkOptions): Magnet {
  const { info, metainfo, magnet } = source
  if (info?.version === 'v2') {
    throw new BtError('UNSUPPORTED_TORRENT', `"${info.name}" is a v2-only torrent: it has no v1 info-hash to link to`)
  }
  const infoHashV2 = info?.infoHashV2 ?? magnet?.infoHashV2
  const displayName = options.name ?? source.displayName
  const selectOnly = options.select === undefined ? magnet?.selectOnly : parseSelection(options.select)
  if (info !== undefined && selectOnly !== undefined) selectFiles(info, selectOnly)
  return {
    infoHash: source.infoHash,
    trackers: [...new Set([...(options.ownTrackers ? source.tiers.flat() : []), ...options.trackers])],
    peers: unique([...source.peers, ...options.peers]),
    webSeeds: [...new Set([...((metainfo ?? magnet)?.webSeeds ?? []), ...options.webSeeds])],
    ...(infoHashV2 !== undefined && { infoHashV2 }),
    ...(displayName !== undefined && { displayName }),
    ...(selectOnly !== undefined && { selectOnly }),
    ...(magnet?.exactLength !== undefined && { exactLength: magnet.exactLength }),
  }
}

function unique(peers: readonly PeerAddress[]): readonly PeerAddress[] {
  return [...new Map(peers.map(peer => [formatAddress(peer), peer])).values()]
}
