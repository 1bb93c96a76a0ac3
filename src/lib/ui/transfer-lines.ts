// One line about a transfer, the same on a terminal and in a log.
import type { Progress } from '../engine/progress.ts'
import type { SessionEvent } from '../engine/session-events.ts'
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

/** The same in at most so many columns: in fewer words, and then less of it, where there is no room for all. */
export function fittingTransferLine(progress: Progress, columns: number): string {
  const { bytesDone, bytesTotal, downloadRate, uploadRate, eta } = progress
  const percent = formatPercent(bytesDone, bytesTotal)
  const down = `↓ ${formatRate(downloadRate)}`
  const up = uploadRate === 0 ? [] : [`↑ ${formatRate(uploadRate)}`]
  const peers = plural(progress.peers, 'peer')
  const left = eta === undefined ? [] : [`${formatDuration(eta)} left`]
  const sizes = shortSizes(bytesDone, bytesTotal)
  const shorter = [
    [percent, sizes, down, ...up, peers, ...left],
    [percent, sizes, down, peers, ...left],
    [percent, down, peers, ...left],
    [percent, down, ...left],
  ]
  const lines = [transferLine(progress), ...shorter.map(parts => parts.join('  '))]
  return lines.find(line => line.length <= columns) ?? `${percent}  ${down}`
}

/** `12.3/256 MiB`; `900 KiB/256 MiB` where the units differ. */
function shortSizes(done: number, total: number): string {
  const [value = '', unit] = formatBytes(done).split(' ')
  const whole = formatBytes(total)
  return whole.endsWith(` ${unit}`) ? `${value}/${whole}` : `${value} ${unit}/${whole}`
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
    case 'diskFull':
      return `paused: ${fullDisk(event)}; bt goes on as soon as there is room`
    case 'diskRoom':
      return 'there is room on the disk again: going on'
    case 'pieceRejected':
      return `warning: piece ${event.piece} did not match its hash and is asked for again`
    case 'peerBanned':
      return `warning: peer ${formatAddress(event.address)} is banned: ${printable(event.reason)}`
    default:
      return undefined
  }
}

/** A quota may be used up while the disk itself has room. */
function fullDisk({ path, missing }: SessionEvent & { type: 'diskFull' }): string {
  const need = missing === 0 ? 'a quota is used up' : `${formatBytes(missing)} more are needed`
  return `no room to write "${printable(path)}", ${need}`
}
