// UDP trackers: BEP 15, with the URL data of BEP 41. The schedule of retransmissions takes over two hours; whoever cannot
// wait that long ends it with `io.signal`.
import type { AnnounceRequest, InfoHash, Io, ScrapeEntry, Toolkit, Tracker } from 'bt-toolbox/plugin'
import type { Connection, TrackerAddress } from './connection.ts'
import { establish } from './establish.ts'
import { ACTION, announceRequest, isBareAnswer, readAnnounce, readScrape, scrapeRequest } from './packets.ts'
import { messageOf, type Problems, problemsOf } from './problems.ts'
import { urlDataOptions } from './url-data.ts'

/** Info-hashes in one scrape request (BEP 15). */
const MAX_SCRAPED = 74

export function udpTracker(kit: Toolkit): Tracker {
  return {
    schemes: ['udp:'],

    async announce(url, request, io) {
      const problems = problemsOf(url, kit)
      const options = urlDataOptions(url)
      const ip = addressField(request)
      const ignored = withoutField(request)
      if (ignored.length > 0) io.warn(`a UDP announce has no field for ${ignored.join(', ')}: left out`)
      return converse(url, io, problems, async connection => {
        const data = await connection.request(
          ACTION.announce,
          (id, transaction) => announceRequest(id, transaction, request, options, ip),
          problems,
        )
        if (isBareAnswer(data)) throw problems.refused('it says nothing of this torrent, so it may not serve it')
        const response = readAnnounce(data, connection.to.family, kit)
        if (response === undefined) throw problems.invalid(`an announce answer of ${data.length} bytes`)
        return response
      })
    },

    async scrape(url, infoHashes, io) {
      const problems = problemsOf(url, kit)
      return converse(url, io, problems, async connection => {
        const entries: ScrapeEntry[] = []
        for (let at = 0; at < infoHashes.length; at += MAX_SCRAPED) {
          entries.push(...(await scrapeSome(connection, infoHashes.slice(at, at + MAX_SCRAPED), problems)))
        }
        return entries
      })
    },
  }
}

/** 4 bytes: packets have no room for more (BEP 15). */
function addressField({ ip = '' }: AnnounceRequest): Uint8Array {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(ip) ? Uint8Array.from(ip.split('.'), Number) : new Uint8Array(4)
}

function withoutField({ trackerId, compact, noPeerId, corrupt, ip }: AnnounceRequest): readonly string[] {
  return [
    ...(trackerId === undefined ? [] : ['the tracker id']),
    ...(compact === false ? ['compact=0'] : []),
    ...(noPeerId === true ? ['no_peer_id'] : []),
    ...(corrupt === undefined ? [] : ['corrupt']),
    ...(ip?.includes(':') === true ? ['an IPv6 address'] : []),
  ]
}

async function scrapeSome(
  connection: Connection,
  infoHashes: readonly InfoHash[],
  problems: Problems,
): Promise<readonly ScrapeEntry[]> {
  const data = await connection.request(
    ACTION.scrape,
    (id, transaction) => scrapeRequest(id, transaction, infoHashes),
    problems,
  )
  const entries = readScrape(data, infoHashes)
  if (entries === undefined)
    throw problems.invalid(`a scrape answer of ${data.length} bytes for ${infoHashes.length} torrents`)
  return entries
}

/**
 * Talks over a connection of its own. A connection id could serve the next call too, within its minute, but from another
 * socket: a tracker may have bound it to the port, and one that then says nothing would cost 15 s to save a round trip.
 */
async function converse<T>(
  url: URL,
  io: Io,
  problems: Problems,
  talk: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await establish(io, await addressesOf(url, io, problems), problems)
  try {
    return await talk(connection)
  } finally {
    connection.close()
  }
}

async function addressesOf(url: URL, io: Io, problems: Problems): Promise<readonly TrackerAddress[]> {
  const port = Number(url.port)
  if (port === 0) throw problems.unusable("its URL has no port, and a UDP tracker's must")
  try {
    const resolved = await io.resolve(url.hostname)
    return resolved.map(({ address, family }) => ({ address, family, port }))
  } catch (error) {
    io.signal.throwIfAborted()
    throw problems.unreachable(`its host name cannot be resolved (${messageOf(error)})`, error)
  }
}
