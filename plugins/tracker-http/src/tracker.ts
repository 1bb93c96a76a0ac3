// HTTP and HTTPS trackers: BEP 3, 7, 23, 24, 31 and 48.
import type { HttpResponse, InfoHash, Io, ScrapeEntry, Toolkit, Tracker } from 'bt-toolbox/plugin'
import { readAnnounce, readScrape } from './answer.ts'
import { announceUrl, scrapeUrl } from './request.ts'
import { shownUrl } from './text.ts'

/** Info-hashes in one GET: up to 71 characters each, and servers take request lines of 8,000 (RFC 9110 section 4.1). */
const MAX_SCRAPED = 64

export function httpTracker(kit: Toolkit): Tracker {
  return {
    schemes: ['http:', 'https:'],

    async announce(url, request, io) {
      const response = await get(announceUrl(url, request), io, kit)
      return readAnnounce(response, shownUrl(url), kit)
    },

    async scrape(url, infoHashes, io) {
      const entries: ScrapeEntry[] = []
      for (let at = 0; at < infoHashes.length; at += MAX_SCRAPED) {
        entries.push(...(await scrapeSome(url, infoHashes.slice(at, at + MAX_SCRAPED), io, kit)))
      }
      return entries
    },
  }
}

async function scrapeSome(
  url: URL,
  infoHashes: readonly InfoHash[],
  io: Io,
  kit: Toolkit,
): Promise<readonly ScrapeEntry[]> {
  const target = scrapeUrl(url, infoHashes)
  if (target === undefined) {
    const message = `the tracker ${shownUrl(url)} cannot be scraped: the last part of its path does not begin with "announce"`
    throw kit.error('TRACKER_REFUSED', message)
  }
  return readScrape(await get(target, io, kit), infoHashes, shownUrl(target), kit)
}

async function get(url: URL, io: Io, kit: Toolkit): Promise<HttpResponse> {
  try {
    return await io.http(url)
  } catch (error) {
    io.signal.throwIfAborted()
    const cause = error instanceof Error ? error.message : String(error)
    throw kit.error('TRACKER_UNREACHABLE', `cannot reach the tracker ${shownUrl(url)}: ${cause}`, { cause: error })
  }
}
