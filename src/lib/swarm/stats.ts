// Totals and rates of one torrent. `downloaded` counts payload that was wanted, verified or not; what was thrown away is
// in `wasted` besides, so that a tracker's books (BEP 3 `downloaded`) stay true.
import { RateEstimator } from './rate.ts'

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
