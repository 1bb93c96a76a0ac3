// HTTP and HTTPS trackers: BEP 3, 7, 23, 24, 31 and 48.
import type { HttpResponse, Io, Toolkit, Tracker } from 'bt-toolbox/plugin'
import { readAnnounce, readScrape } from './answer.ts'
import { announceUrl, scrapeUrl } from './request.ts'
import { shownUrl } from './text.ts'

export function httpTracker(kit: Toolkit): Tracker {
  return {
    schemes: ['http:', 'https:'],

    async announce(url, request, io) {
      const response = await get(announceUrl(url, request), io, kit)
      return readAnnounce(response, shownUrl(url), kit)
    },

    async scrape(url, infoHashes, io) {
      const target = scrapeUrl(url, infoHashes)
      if (target === undefined) {
        const message = `the tracker ${shownUrl(url)} cannot be scraped: the last part of its path does not begin with "announce"`
        throw kit.error('TRACKER_REFUSED', message)
      }
      return readScrape(await get(target, io, kit), infoHashes, shownUrl(target), kit)
    },
  }
}

async function get(url: URL, io: Io, kit: Toolkit): Promise<HttpResponse> {
  await refuseTrap(url, io, kit)
  try {
    return await io.http(url)
  } catch (error) {
    io.signal.throwIfAborted()
    const cause = error instanceof Error ? error.message : String(error)
    throw kit.error('TRACKER_UNREACHABLE', `cannot reach the tracker ${shownUrl(url)}: ${cause}`, { cause: error })
  }
}

/**
 * Whoever makes a .torrent file chooses what we send a GET to, and services on our own machine may trust any that comes
 * from there. Like libtorrent (`ssrf_mitigation`), ask there only for what looks like a tracker.
 */
async function refuseTrap(url: URL, io: Io, kit: Toolkit): Promise<void> {
  if (/^\/(announce|scrape)/.test(url.pathname)) return
  // A name that does not resolve is told of, in plain words, by the GET that follows.
  const addresses = await io.resolve(url.hostname).catch(() => [])
  if (!addresses.some(({ address }) => isLoopback(address))) return
  throw kit.error(
    'TRACKER_UNREACHABLE',
    `the tracker ${shownUrl(url)} is not asked: it is on this machine and its path does not begin with /announce, ` +
      'so the URL may be a trap for another service',
    { details: { retryAfter: 'never' } },
  )
}

/** The unspecified addresses connect to the loopback too. */
function isLoopback(address: string): boolean {
  return /^(::ffff:)?(127\.|0\.)/i.test(address) || address === '::1' || address === '::'
}
