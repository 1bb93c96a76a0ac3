// Peers of a torrent, each as soon as it is known: first those that its magnet link names, then those of each tracker
// when that answers. A dead tracker holds nobody up.
import { formatAddress, type PeerAddress } from '../base/address.ts'
import type { BtError } from '../base/errors.ts'
import { linkedSignal } from '../net/linked-signal.ts'
import { asBtError } from './errors.ts'
import { newVisitor, queryPeers, type PeerQuery } from './peer-query.ts'

interface Answer {
  readonly url: string
  readonly outcome: readonly PeerAddress[] | BtError
  readonly left?: Promise<void>
}

/**
 * Each address once. Trackers that failed are warned of at the end.
 * @throws BtError NO_TRACKER where the torrent names neither tracker nor peer; the error of the first tracker where none
 * answered and no peer was named.
 */
export async function* findPeers(query: PeerQuery): AsyncGenerator<PeerAddress, void, undefined> {
  const seen = new Set<string>()
  for (const peer of query.source.peers) if (isNew(seen, peer)) yield peer
  const urls = [...new Set(query.source.tiers.flat())]
  if (urls.length === 0 && seen.size === 0) await queryPeers(query) // throws NO_TRACKER, in its words
  const failures: BtError[] = []
  for await (const { outcome } of answers(urls, query)) {
    if (outcome instanceof Error) failures.push(outcome)
    else for (const peer of outcome) if (isNew(seen, peer)) yield peer
  }
  const [first] = failures
  const hopeless = failures.length === urls.length && seen.size === 0
  for (const failure of hopeless ? failures.slice(1) : failures) query.onWarning(failure.message)
  if (hopeless && first !== undefined) throw first
}

/**
 * In the order they come in. Whoever stops listening ends the queries that are still under way; either way the end comes
 * once the trackers were told that we left.
 */
async function* answers(urls: readonly string[], query: PeerQuery): AsyncGenerator<Answer, void, undefined> {
  const own = new AbortController()
  const link = linkedSignal(query.signal, own.signal)
  const { signal } = link
  const visitor = query.visitor ?? newVisitor()
  const asked = urls.map(url => [url, ask(url, { ...query, signal, visitor })] as const)
  const pending = new Map(asked)
  try {
    while (pending.size > 0) {
      const answer = await Promise.race(pending.values())
      pending.delete(answer.url)
      yield answer
    }
  } finally {
    own.abort(new Error('enough peers were found'))
    await Promise.all(asked.map(async ([, answer]) => (await answer).left))
    link.clear()
  }
}

async function ask(url: string, query: PeerQuery): Promise<Answer> {
  try {
    const { peers, left } = await queryPeers({ ...query, source: { ...query.source, tiers: [[url]] } })
    return { url, outcome: peers, left }
  } catch (error) {
    return { url, outcome: asBtError(error) }
  }
}

function isNew(seen: Set<string>, peer: PeerAddress): boolean {
  const key = formatAddress(peer)
  if (seen.has(key)) return false
  seen.add(key)
  return true
}
