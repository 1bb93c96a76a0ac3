// What happens at a tracker, as JSON lines.
import { formatAddress } from '../base/address.ts'
import type { TrackerServerOptions } from '../engine/tracker-server.ts'

type TrackerEvent = Parameters<NonNullable<TrackerServerOptions['onEvent']>>[0]

/** `event` says what happened; an announce's own event (BEP 3) is its `announceEvent`. */
export function trackerEventJson(event: TrackerEvent): object {
  const { type, transport, peer } = event
  const common = { event: type, transport, peer: formatAddress(peer) }
  if (event.type === 'scrape') return { ...common, infoHashes: event.infoHashes }
  if (event.type === 'refused') return { ...common, reason: event.reason }
  const { infoHash, seed, seeds, leeches, given } = event
  return { ...common, infoHash, announceEvent: event.event, seed, seeds, leeches, given }
}
