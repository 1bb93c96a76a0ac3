// The HTTP tracker (BEP 3, 7, 23, 24, 48) without its socket: a request target in, an answer's bytes out.
import { fromLatin1, latin1, utf8 } from '../base/bytes.ts'
import { encode } from '../bencode/encode.ts'
import type { BencodeInput } from '../bencode/value.ts'
import { compactList, endpointAddress } from './endpoint.ts'
import { parseAnnounce, parseScrape, type AnnounceParameters } from './parameters.ts'
import type { ListedPeer } from './peer-group.ts'
import { parseQuery, type Query } from './query.ts'
import { NOTHING, type SwarmAnswer, type SwarmCounts } from './swarms.ts'
import type { Origin, Tracker } from './tracker.ts'

export interface HttpAnswer {
  readonly status: 200 | 404
  readonly type: 'text/plain' | 'application/json'
  readonly body: Uint8Array
}

/** @param target path and query of a GET, as the request line has them. Never throws, whatever they hold. */
export function answerHttp(tracker: Tracker, target: string, origin: Origin): HttpAnswer {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const search = mark < 0 ? '' : target.slice(mark + 1)
  if (path === '/announce') return bencoded(announce(tracker, search, origin))
  if (path === '/scrape') return bencoded(scrape(tracker, search, origin))
  if (path === '/stats' || path === '/stats.json') {
    return { status: 200, type: 'application/json', body: utf8(`${JSON.stringify(tracker.stats(origin.now))}\n`) }
  }
  return { status: 404, type: 'text/plain', body: utf8('not found: a tracker answers /announce, /scrape and /stats\n') }
}

function announce(tracker: Tracker, search: string, origin: Origin): BencodeInput {
  const asked = parametersOf(search, parseAnnounce)
  if (typeof asked === 'string') return failure(tracker.refuse(asked, origin))
  const answer = tracker.announce(asked, origin)
  if (typeof answer === 'string') return failure(answer)
  return {
    interval: tracker.interval,
    'min interval': Math.ceil(tracker.interval / 2),
    complete: answer.seeds,
    incomplete: answer.leeches,
    downloaded: answer.downloaded,
    'external ip': origin.address, // BEP 24
    ...peersOf(answer, asked, origin),
  }
}

/** Compact IPv6 peers have a key of their own (BEP 7); `peers` stands beside it for clients that insist on one. */
function peersOf(answer: SwarmAnswer, asked: AnnounceParameters, origin: Origin): { [key: string]: BencodeInput } {
  if (!asked.compact) return { peers: answer.peers.map(peer => dictionaryOf(peer, asked.noPeerId)) }
  const list = compactList(answer.peers)
  return origin.address.length === 4 ? { peers: list } : { peers: '', peers6: list }
}

function dictionaryOf(peer: ListedPeer, noPeerId: boolean): BencodeInput {
  const { host, port } = endpointAddress(peer.endpoint)
  return { 'peer id': noPeerId ? undefined : fromLatin1(peer.id), ip: host, port }
}

function scrape(tracker: Tracker, search: string, origin: Origin): BencodeInput {
  const asked = parametersOf(search, query => parseScrape(query, tracker.fullScrape > 0))
  if (typeof asked === 'string') return failure(tracker.refuse(asked, origin))
  if (asked.length === 0) return filesOf(tracker.scrapeAll(origin))
  const counts = tracker.scrape(asked, origin)
  return filesOf(asked.map((infoHash, index) => [latin1(infoHash), counts[index] ?? NOTHING] as const))
}

function filesOf(swarms: Iterable<readonly [infoHash: string, counts: SwarmCounts]>): BencodeInput {
  const files = new Map<string, BencodeInput>()
  for (const [infoHash, { seeds, downloaded, leeches }] of swarms) {
    files.set(infoHash, { complete: seeds, downloaded, incomplete: leeches })
  }
  return { files }
}

function parametersOf<T>(search: string, parse: (query: Query) => T | string): T | string {
  const query = parseQuery(search)
  return query === undefined ? 'the query has a % that two hexadecimal digits do not follow' : parse(query)
}

function failure(reason: string): BencodeInput {
  return { 'failure reason': reason }
}

/** A failure, too, goes out with status 200: clients read the body of no other. */
function bencoded(value: BencodeInput): HttpAnswer {
  return { status: 200, type: 'text/plain', body: encode(value) }
}
