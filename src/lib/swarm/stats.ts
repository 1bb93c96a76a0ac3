// Totals and rates of one torrent. `downloaded` counts payload that was wanted, verified or not; what was thrown away is
// in `wasted` besides, so that a tracker's books (BEP 3 `downloaded`) stay true.
import type { Bitfield } from '../base/bitfield.ts'
import { RateEstimator } from './rate.ts'
import type { Roster } from './roster.ts'

export class TorrentStats {
  readonly download: RateEstimator = new RateEstimator()
  readonly upload: RateEstimator = new RateEstimator()
  /** Bytes that were received twice, unasked, or in a piece that did not match its hash. */
  wasted: number = 0
}

/** A moment's view of a torrent; bytes, and bytes a second. */
export interface TorrentSnapshot {
  readonly peers: number
  readonly seeds: number
  /** Peers that have something that we want. */
  readonly useful: number
  readonly knownPeers: number
  readonly downloaded: number
  readonly uploaded: number
  readonly wasted: number
  readonly downloadRate: number
  readonly uploadRate: number
  readonly piecesHave: number
}

/** @param have undefined before the torrent has started. */
export function takeSnapshot(
  { download, upload, wasted }: TorrentStats,
  roster: Pick<Roster, 'peers' | 'connected' | 'known'>,
  have: Bitfield | undefined,
  now: number,
): TorrentSnapshot {
  let seeds = 0
  let useful = 0
  for (const peer of roster.peers.values()) {
    if (peer.isSeed) seeds++
    if (peer.connection?.amInterested === true) useful++
  }
  return {
    peers: roster.connected,
    seeds,
    useful,
    knownPeers: roster.known,
    downloaded: download.total,
    uploaded: upload.total,
    wasted,
    downloadRate: download.rate(now),
    uploadRate: upload.rate(now),
    piecesHave: have?.count ?? 0,
  }
}
