// What trackers answered, as lines and as JSON.
import type { BtError } from '../base/errors.ts'
import type { TrackerAnswer } from '../engine/peer-query.ts'
import type { ScrapeAnswer } from '../engine/scrape-query.ts'
import { columns } from './columns.ts'
import { printable } from './format.ts'

/** One line a tracker that answered; those that did not are warned of elsewhere. */
export function scrapeLines(answers: readonly ScrapeAnswer[]): readonly string[] {
  const rows = answers.flatMap(answer => {
    if ('error' in answer) return []
    const { url, entry } = answer
    if (entry === undefined) return [[printable(url), 'does not know the torrent']]
    const { complete, downloaded, incomplete } = entry
    return [[printable(url), `complete: ${complete}`, `downloaded: ${downloaded}`, `incomplete: ${incomplete}`]]
  })
  return columns(rows)
}

export function scrapeJson(answer: ScrapeAnswer): object {
  if ('error' in answer) return { url: answer.url, error: errorJson(answer.error) }
  const { url, entry } = answer
  if (entry === undefined) return { url, known: false }
  const { complete, downloaded, incomplete, name } = entry
  return { url, known: true, complete, downloaded, incomplete, name }
}

export function announceJson(answer: TrackerAnswer): object {
  if ('error' in answer) return { url: answer.url, error: errorJson(answer.error) }
  const { peers, interval, minInterval, complete, incomplete, warning, externalIp } = answer.response
  return { url: answer.url, peers: peers.length, interval, minInterval, complete, incomplete, warning, externalIp }
}

export function errorJson({ code, message }: BtError): object {
  return { code, message }
}
