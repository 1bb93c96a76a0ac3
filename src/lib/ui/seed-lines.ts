// What `bt seed` prints: where it listens and what it serves, then a line for each thing that a peer does.
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import type { SeedItem } from '../engine/seed-items.ts'
import type { TorrentSource } from '../engine/source.ts'
import type { SessionEvent } from '../engine/session-events.ts'
import { printable } from './format.ts'
import { eventLine } from './transfer-lines.ts'
import { eventJson } from './watch-json.ts'

export interface SeedLine {
  readonly text: string
  readonly json: object
}

export function seedLines(address: PeerAddress | undefined, items: readonly SeedItem[]): readonly SeedLine[] {
  const lines = items.flatMap(({ source, magnet }) => [
    sourceLine('Seeding', 'seeding', source),
    ...(magnet === undefined ? [] : [{ text: `Magnet: ${magnet}`, json: { event: 'magnet', magnet } }]),
  ])
  if (address === undefined) return lines
  const listening = formatAddress(address)
  const json = { event: 'listening', address: listening, port: address.port }
  return [...lines, { text: `Listening on ${listening}`, json }]
}

/** Of a torrent that was taken out of a watched folder. */
export function removedLine(source: TorrentSource): SeedLine {
  return sourceLine('No longer seeding', 'removed', source)
}

function sourceLine(text: string, event: string, { displayName, infoHash }: TorrentSource): SeedLine {
  const hash = hex(infoHash)
  const name = displayName ?? hash
  return { text: `${text} ${printable(name)} (${hash})`, json: { event, name, infoHash: hash } }
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
