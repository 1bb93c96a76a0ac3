// One scrape of every tracker of a torrent at once (BEP 48, BEP 15).
import { equal } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { ScrapeEntry } from '../plugin/api.ts'
import type { PluginRegistry } from '../plugin/registry.ts'
import { asBtError } from './errors.ts'
import type { TorrentSource } from './source.ts'
import { scrapeFrom } from './tracker-call.ts'

export interface ScrapeQuery {
  readonly source: TorrentSource
  readonly registry: PluginRegistry
  readonly signal: AbortSignal
  readonly onWarning: (message: string) => void
}

export type ScrapeAnswer =
  | {
      readonly url: string
      /** Undefined: the tracker answered, and does not know the torrent. */
      readonly entry: ScrapeEntry | undefined
    }
  | { readonly url: string; readonly error: BtError }

/**
 * In the order of the trackers, each once.
 * @throws BtError NO_TRACKER where the torrent names none; where none answered, the error of the first.
 */
export async function scrapeTrackers(query: ScrapeQuery): Promise<readonly ScrapeAnswer[]> {
  const urls = [...new Set(query.source.tiers.flat())]
  if (urls.length === 0) {
    throw new BtError('NO_TRACKER', 'the torrent names no tracker; give one with --tracker')
  }
  const answers = await Promise.all(urls.map(url => scrape(url, query)))
  query.signal.throwIfAborted()
  const [first] = answers
  if (first !== undefined && 'error' in first && answers.every(answer => 'error' in answer)) throw first.error
  return answers
}

async function scrape(url: string, query: ScrapeQuery): Promise<ScrapeAnswer> {
  const { infoHash } = query.source
  try {
    const entries = await scrapeFrom({ ...query, url }, [infoHash])
    return { url, entry: entries.find(entry => equal(entry.infoHash, infoHash)) }
  } catch (error) {
    return { url, error: asBtError(error) }
  }
}
