// One line about a transfer, the same on a terminal and in a log.
import type { Progress } from '../engine/progress.ts'
import type { SessionEvent } from '../engine/torrent-session.ts'
import { formatAddress } from '../base/address.ts'
import { formatBytes, formatDuration, formatPercent, formatRate, plural, printable } from './format.ts'

/** `45.2 %  116 of 256 MiB  ↓ 85.1 MiB/s  ↑ 0 B/s  3 peers  2 s left`. */
export function transferLine(progress: Progress): string {
  const { bytesDone, bytesTotal, downloadRate, uploadRate, peers, eta } = progress
  return [
    formatPercent(bytesDone, bytesTotal),
    `${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`,
    `↓ ${formatRate(downloadRate)}`,
    `↑ ${formatRate(uploadRate)}`,
    plural(peers, 'peer'),
    ...(eta === undefined ? [] : [`${formatDuration(eta)} left`]),
  ].join('  ')
}

/** What is worth a line of a log; undefined: nothing. */
export function eventLine(event: SessionEvent): string | undefined {
  switch (event.type) {
    case 'announceFailed':
      return `warning: ${printable(event.error.message)}`
    case 'trackerWarning':
      return `warning: tracker ${event.url}: ${printable(event.message)}`
    case 'warning':
      return `warning: ${printable(event.message)}`
    case 'pieceRejected':
      return `warning: piece ${event.piece} did not match its hash and is asked for again`
    case 'peerBanned':
      return `warning: peer ${formatAddress(event.address)} is banned: ${printable(event.reason)}`
    default:
      return undefined
  }
}
