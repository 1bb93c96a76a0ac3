// The magnet link of a torrent, however it was named (BEP 9).
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/info.ts'
import type { Magnet } from '../metainfo/magnet.ts'
import { parseIndices, type IndexRange } from './file-names.ts'
import { parseSelectRule, selectFiles } from './select-files.ts'
import type { TorrentSource } from './source.ts'

export interface LinkOptions {
  /** Besides those of the torrent. */
  readonly trackers: readonly string[]
  /** Whether those of the torrent go into the link. */
  readonly ownTrackers: boolean
  readonly peers: readonly PeerAddress[]
  readonly webSeeds: readonly string[]
  /** Files (BEP 53), as `--select` of a download names them; by index alone where the metadata is not known. */
  readonly select?: readonly string[]
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
  const selectOnly = options.select === undefined ? magnet?.selectOnly : rangesOf(options.select, info)
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

function rangesOf(select: readonly string[], info: Info | undefined): readonly IndexRange[] {
  if (info === undefined) return select.flatMap(text => parseIndices(text))
  const ranges: [from: number, to: number][] = []
  for (const index of selectFiles(info, select.map(parseSelectRule))) {
    const last = ranges.at(-1)
    if (last?.[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  return ranges
}

function unique(peers: readonly PeerAddress[]): readonly PeerAddress[] {
  return [...new Map(peers.map(peer => [formatAddress(peer), peer])).values()]
}
