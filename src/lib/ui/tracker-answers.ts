// What trackers answered, as lines and as JSON.
import { hex } from '../base/bytes.ts'
import type { BtError } from '../base/errors.ts'
import type { TrackerAnswer } from '../engine/peer-query.ts'
import type { ScrapeAnswer, TorrentScrape } from '../engine/scrape-query.ts'
import { columns } from './columns.ts'
import { printable } from './format.ts'

/** One line a torrent and tracker that answered; those that did not are warned of elsewhere. */
export function scrapeLines(torrents: readonly TorrentScrape[]): readonly string[] {
  const several = torrents.length > 1
  const rows = torrents.flatMap(({ infoHash, name, answers }) =>
    answers.flatMap(answer => {
      if ('error' in answer) return []
      const { url, entry } = answer
      const which = several ? [hex(infoHash), printable(url)] : [printable(url)]
      const title = several && name !== undefined ? [printable(name)] : []
      if (entry === undefined)
        return [[...which, 'does not know the torrent', ...title.flatMap(text => ['', '', text])]]
      const { complete, downloaded, incomplete } = entry
      return [[...which, `complete: ${complete}`, `downloaded: ${downloaded}`, `incomplete: ${incomplete}`, ...title]]
    }),
  )
  return columns(rows)
}

export function scrapeJson({ infoHash, name, answers }: TorrentScrape): object {
  return { infoHash: hex(infoHash), name, trackers: answers.map(scrapeAnswerJson) }
}

function scrapeAnswerJson(answer: ScrapeAnswer): object {
  if ('error' in answer) return { url: answer.url, error: errorJson(answer.error) }
  const { url, entry } = answer
  if (entry === undefined) return { url, known: false }
  const { infoHash: _, ...counts } = entry
  return { url, known: true, ...counts }
}

export function announceJson(answer: TrackerAnswer): object {
  if ('error' in answer) return { url: answer.url, error: errorJson(answer.error) }
  const { peers, interval, minInterval, complete, incomplete, warning, externalIp } = answer.response
  return { url: answer.url, peers: peers.length, interval, minInterval, complete, incomplete, warning, externalIp }
}

export function errorJson({ code, message }: BtError): object {
  return { code, message }
}
