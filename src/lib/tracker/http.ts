// The HTTP tracker (BEP 3, 7, 23, 24, 48) without its socket: a request target in, an answer's bytes out.
import { fromLatin1, latin1 } from '../base/bytes.ts'
import { encode } from '../bencode/encode.ts'
import type { BencodeInput } from '../bencode/value.ts'
import { endpointAddress } from './endpoint.ts'
import { parseAnnounce, parseScrape } from './parameters.ts'
import type { ListedPeer } from './peer-draw.ts'
import { parseQuery, type Query } from './query.ts'
import { NOTHING, type SwarmAnswer, type SwarmCounts } from './swarm-announce.ts'
import type { Origin, Tracker } from './tracker.ts'

const IPV4_LENGTH = 4

export interface HttpAnswer {
  readonly status: 200 | 404
  readonly type: 'text/plain' | 'application/json'
  /** Latin1, one char a byte: what is written together with the header lines, in one call to the system. */
  readonly body: string
}

/** @param target path and query of a GET, as the request line has them. Never throws, whatever they hold. */
export function answerHttp(tracker: Tracker, target: string, origin: Origin): HttpAnswer {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const search = mark < 0 ? '' : target.slice(mark + 1)
  if (path === '/announce') return answered(announce(tracker, search, origin))
  if (path === '/scrape') return answered(latin1(encode(scrape(tracker, search, origin))))
  if (path === '/stats' || path === '/stats.json') {
    return { status: 200, type: 'application/json', body: `${JSON.stringify(tracker.stats(origin.now))}\n` }
  }
  return { status: 404, type: 'text/plain', body: 'not found: a tracker answers /announce, /scrape and /stats.json\n' }
}

function announce(tracker: Tracker, search: string, origin: Origin): string {
  const asked = parametersOf(search, parseAnnounce)
  if (typeof asked === 'string') return failure(tracker.refuse(asked, origin))
  const answer = tracker.announce(asked, origin)
  if (typeof answer === 'string') return failure(answer)
  if (asked.compact) return compactAnswer(tracker, answer, origin)
  const peers = answer.peers.list().map(peer => dictionaryOf(peer, asked.noPeerId))
  return `d${factsOf(tracker, answer, origin)}5:peers${latin1(encode(peers))}e`
}

/** Compact IPv6 peers have a key of their own (BEP 7); `peers` stands beside it for clients that insist on one. */
function compactAnswer(tracker: Tracker, answer: SwarmAnswer, origin: Origin): string {
  const list = `${answer.peers.compactLength}:${latin1(answer.peers.compact())}`
  const peers = origin.address.length === IPV4_LENGTH ? `5:peers${list}` : `5:peers0:6:peers6${list}`
  return `d${factsOf(tracker, answer, origin)}${peers}e`
}

/** All of an answer but its peers: bencode, its keys in order, written out because each announce has it. BEP 24 `external ip`. */
function factsOf({ interval }: Tracker, { seeds, leeches, downloaded }: SwarmAnswer, { address }: Origin): string {
  return (
    `8:completei${seeds}e10:downloadedi${downloaded}e11:external ip${address.length}:${latin1(address)}` +
    `10:incompletei${leeches}e8:intervali${interval}e12:min intervali${Math.ceil(interval / 2)}e`
  )
}

function dictionaryOf(peer: ListedPeer, noPeerId: boolean): BencodeInput {
  const { host, port } = endpointAddress(peer.endpoint)
  return { 'peer id': noPeerId ? undefined : fromLatin1(peer.id), ip: host, port }
}

function scrape(tracker: Tracker, search: string, origin: Origin): BencodeInput {
  const asked = parametersOf(search, query => parseScrape(query, tracker.fullScrape > 0))
  if (typeof asked === 'string') return refusal(tracker.refuse(asked, origin))
  if (asked.length === 0) return filesOf(tracker.scrapeAll(origin))
  const counts = tracker.scrape(asked, origin)
  return filesOf(asked.map((infoHash, index) => [infoHash, counts[index] ?? NOTHING] as const))
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

function refusal(reason: string): BencodeInput {
  return { 'failure reason': reason }
}

function failure(reason: string): string {
  return latin1(encode(refusal(reason)))
}

/** A failure, too, goes out with status 200: clients read the body of no other. */
function answered(body: string): HttpAnswer {
  return { status: 200, type: 'text/plain', body }
}
