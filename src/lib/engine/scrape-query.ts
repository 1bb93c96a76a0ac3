// One scrape of every tracker of some torrents, all at once (BEP 48, BEP 15); a tracker that several of them name is asked
// for all of those together.
import { equal, hex, latin1 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { InfoHash } from '../base/ids.ts'
import type { ScrapeEntry } from '../plugin/api.ts'
import type { PluginRegistry } from '../plugin/registry.ts'
import { asBtError } from './errors.ts'
import type { TorrentSource } from './source.ts'
import { scrapeFrom } from './tracker-call.ts'

export interface ScrapeQuery {
  readonly sources: readonly TorrentSource[]
  readonly registry: PluginRegistry
  readonly signal: AbortSignal
  /** Milliseconds for each tracker. */
  readonly timeout: number
  readonly onWarning: (message: string) => void
}

export type ScrapeAnswer =
  | {
      readonly url: string
      /** Undefined: the tracker answered, and does not know the torrent. */
      readonly entry: ScrapeEntry | undefined
    }
  | { readonly url: string; readonly error: BtError }

export interface TorrentScrape {
  readonly infoHash: InfoHash
  readonly name: string | undefined
  /** In the order of the trackers, each once. */
  readonly answers: readonly ScrapeAnswer[]
}

/** What one tracker said of all torrents that it was asked for. */
type TrackerScrape = readonly ScrapeEntry[] | BtError

/**
 * In the order of the torrents, each once.
 * @throws BtError NO_TRACKER where a torrent names none; where no tracker answered, the error of the first.
 */
export async function scrapeTrackers(query: ScrapeQuery): Promise<readonly TorrentScrape[]> {
  const sources = [...new Map(query.sources.map(source => [latin1(source.infoHash), source])).values()]
  const asked = new Map<string, InfoHash[]>()
  for (const { infoHash, displayName, tiers } of sources) {
    const urls = new Set(tiers.flat())
    if (urls.size === 0) {
      const which = sources.length === 1 ? 'the torrent' : `the torrent ${displayName ?? hex(infoHash)}`
      throw new BtError('NO_TRACKER', `${which} names no tracker; give one with --tracker`)
    }
    for (const url of urls) asked.set(url, [...(asked.get(url) ?? []), infoHash])
  }
  const said = new Map(
    await Promise.all([...asked].map(async ([url, hashes]) => [url, await scrape(url, hashes, query)] as const)),
  )
  query.signal.throwIfAborted()
  const [first] = said.values()
  if (first instanceof BtError && [...said.values()].every(one => one instanceof BtError)) throw first
  return sources.map(({ infoHash, displayName, tiers }) => ({
    infoHash,
    name: displayName,
    answers: [...new Set(tiers.flat())].map(url => answerFor(infoHash, url, said.get(url) ?? [])),
  }))
}

function answerFor(infoHash: InfoHash, url: string, said: TrackerScrape): ScrapeAnswer {
  if (said instanceof BtError) return { url, error: said }
  return { url, entry: said.find(entry => equal(entry.infoHash, infoHash)) }
}

async function scrape(url: string, infoHashes: readonly InfoHash[], query: ScrapeQuery): Promise<TrackerScrape> {
  try {
    return await scrapeFrom({ ...query, url }, infoHashes)
  } catch (error) {
    return asBtError(error)
  }
}
