// What `bt seed` prints: where it listens and what it serves, then a line for each thing that a peer does.
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import type { SeedItem } from '../engine/seed-items.ts'
import type { SessionEvent } from '../engine/torrent-session.ts'
import { printable } from './format.ts'
import { eventLine } from './transfer-lines.ts'
import { eventJson } from './watch-json.ts'

export interface SeedLine {
  readonly text: string
  readonly json: object
}

export function seedLines(address: PeerAddress | undefined, items: readonly SeedItem[]): readonly SeedLine[] {
  const lines: SeedLine[] = []
  for (const { source, magnet } of items) {
    const name = source.displayName ?? hex(source.infoHash)
    lines.push({
      text: `Seeding ${printable(name)} (${hex(source.infoHash)})`,
      json: { event: 'seeding', name, infoHash: hex(source.infoHash) },
    })
    if (magnet !== undefined) lines.push({ text: `Magnet: ${magnet}`, json: { event: 'magnet', magnet } })
  }
  if (address !== undefined) {
    const listening = formatAddress(address)
    lines.push({
      text: `Listening on ${listening}`,
      json: { event: 'listening', address: listening, port: address.port },
    })
  }
  return lines
}

/** Undefined: not worth a line. What went wrong goes to stderr, what peers do to stdout. */
export function seedEventLine(
  event: SessionEvent,
): { readonly to: 'stdout' | 'stderr'; readonly text: string } | undefined {
  const warning = eventLine(event)
  if (warning !== undefined) return { to: 'stderr', text: warning }
  switch (event.type) {
    case 'peerConnected':
      return { to: 'stdout', text: `${formatAddress(event.address)} connected: ${printable(event.client)}` }
    case 'uploadStarted':
      return { to: 'stdout', text: `${formatAddress(event.address)} is downloading` }
    case 'peerDisconnected':
      return { to: 'stdout', text: `${formatAddress(event.address)} left: ${printable(event.detail)}` }
    default:
      return undefined
  }
}

export function seedEventJson(event: SessionEvent): object | undefined {
  return event.type === 'stage' ? undefined : eventJson(event)
}
