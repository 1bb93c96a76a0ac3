// One announce to every tracker of a torrent at once, for the commands that only want to know who is there.
import { randomBytes } from 'node:crypto'
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import { makePeerId, type PeerId } from '../base/ids.ts'
import type { AnnounceRequest, AnnounceResponse } from '../plugin/api.ts'
import type { PluginRegistry } from '../plugin/registry.ts'
import { NUM_WANT } from './announcing.ts'
import { asBtError } from './errors.ts'
import { silentPort } from './silent-port.ts'
import type { TorrentSource } from './source.ts'
import { announceTo } from './tracker-call.ts'

/** Milliseconds for the trackers to take note that we left. */
const LEAVE_TIMEOUT = 1_500

/** Who asks. Trackers that share a swarm must see one of us, or one would name to us whom another took us for. */
export interface Visitor {
  readonly peerId: PeerId
  /** Nobody listens on it. */
  readonly port: number
  readonly key: number
}

export function newVisitor(): Visitor {
  return { peerId: makePeerId(length => randomBytes(length)), port: silentPort(), key: randomBytes(4).readUInt32BE() }
}

export interface PeerQuery {
  readonly source: TorrentSource
  readonly registry: PluginRegistry
  readonly signal: AbortSignal
  readonly numWant?: number
  /** Made anew where it is left out. */
  readonly visitor?: Visitor
  readonly onWarning: (message: string) => void
}

export type TrackerAnswer =
  { readonly url: string; readonly response: AnnounceResponse } | { readonly url: string; readonly error: BtError }

export interface PeerQueryResult {
  /** Each address once, in the order of the trackers; without our own. */
  readonly peers: readonly PeerAddress[]
  readonly answers: readonly TrackerAnswer[]
  /** Resolves once the trackers were told that we left, and soon; never rejects. To be awaited before the process ends. */
  readonly left: Promise<void>
}

/**
 * @throws BtError NO_TRACKER where the torrent names none; where none answered, the error of the first.
 */
export async function queryPeers(query: PeerQuery): Promise<PeerQueryResult> {
  const urls = [...new Set(query.source.tiers.flat())]
  if (urls.length === 0) {
    throw new BtError('NO_TRACKER', 'the torrent names no tracker; name one with --tracker')
  }
  const request = probeRequest(query, query.visitor ?? newVisitor())
  const answers = await Promise.all(urls.map(url => ask(url, request, query)))
  const left = leave(answers, request, query)
  if (query.signal.aborted) await left
  query.signal.throwIfAborted()
  const [first] = answers
  if (first !== undefined && 'error' in first && answers.every(answer => 'error' in answer)) throw first.error
  return { peers: others(answers, request.port), answers, left }
}

/**
 * Those named, each once, without ourselves: we rarely know under which address a tracker sees us, but the port is one that
 * hardly any client listens on.
 */
function others(answers: readonly TrackerAnswer[], ownPort: number): readonly PeerAddress[] {
  const named = answers.flatMap(answer => ('response' in answer ? answer.response.peers : []))
  const peers = named.filter(({ port }) => port !== ownPort)
  return [...new Map(peers.map(peer => [formatAddress(peer), peer])).values()]
}

function probeRequest({ source, numWant }: PeerQuery, visitor: Visitor): AnnounceRequest {
  return {
    ...visitor,
    infoHash: source.infoHash,
    uploaded: 0,
    downloaded: 0,
    // We have nothing. 0 would claim a seed, and a tracker names no seeds to a seed.
    left: Math.max(1, source.info?.totalLength ?? 1),
    numWant: numWant ?? NUM_WANT,
    event: 'started',
  }
}

/** Takes us off the lists of those that answered: whoever only asks is no peer. Nobody is waited for long, or blamed. */
async function leave(answers: readonly TrackerAnswer[], request: AnnounceRequest, query: PeerQuery): Promise<void> {
  const { registry } = query
  const { signal } = new AbortController()
  const stopped: AnnounceRequest = { ...request, event: 'stopped', numWant: 0 }
  const told = answers
    .filter(answer => 'response' in answer)
    .map(({ url }) =>
      announceTo({ registry, url, signal, timeout: LEAVE_TIMEOUT, onWarning: () => undefined }, stopped),
    )
  await Promise.allSettled(told)
}

async function ask(url: string, request: AnnounceRequest, query: PeerQuery): Promise<TrackerAnswer> {
  try {
    const response = await announceTo({ ...query, url }, request)
    if (response.warning !== undefined) query.onWarning(`tracker ${url}: ${response.warning}`)
    return { url, response }
  } catch (error) {
    return { url, error: asBtError(error) }
  }
}
