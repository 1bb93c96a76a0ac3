// Trackers that a user names besides those of the torrent.
import type { TorrentSource } from './source.ts'

/** Each becomes a tier of its own, after the torrent's. */
export function addTrackers(source: TorrentSource, urls: readonly string[] = []): TorrentSource {
  return { ...source, tiers: [...source.tiers, ...urls.map(url => [url])] }
}
