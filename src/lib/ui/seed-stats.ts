// How the seeding of one or more torrents goes, as lines for a person and as an object for a program.
import { hex } from '../base/bytes.ts'
import type { SeedGoal, SeedGoals } from '../engine/seed-goals.ts'
import type { Progress } from '../engine/progress.ts'
import type { TorrentSession } from '../engine/torrent-session.ts'
import { columns } from './columns.ts'
import { formatBytes, formatDuration, formatPercent, formatRate, plural, printable } from './format.ts'

/** As much of a session as is shown. */
export type SeededTorrent = Pick<TorrentSession, 'source' | 'progress'>

export interface StatsOptions {
  readonly goals?: SeedGoals | undefined
  /** How far those are that are being checked. */
  readonly checked?: ReadonlyMap<SeededTorrent, { readonly pieces: number; readonly total: number }>
}

/** More torrents are told of together. */
const FEW = 6

/** One line, or where there are several torrents, but few, one a torrent and one for all. */
export function seedStatsLines(torrents: readonly SeededTorrent[], options: StatsOptions = {}): readonly string[] {
  const [only] = torrents
  if (only === undefined) return ['no torrent to seed']
  if (torrents.length === 1) return columns([cells(only, options)])
  const sum = [...total(torrents.map(torrent => torrent.progress())), plural(torrents.length, 'torrent')]
  if (torrents.length > FEW) return columns([sum])
  return columns([...torrents.map(torrent => [...cells(torrent, options), printable(nameOf(torrent))]), sum])
}

/** With torrents that have peers; of the others there is no news. */
export function seedStatsJson(torrents: readonly SeededTorrent[]): object {
  const all = torrents.map(torrent => ({ torrent, progress: torrent.progress() }))
  return {
    event: 'stats',
    torrents: all.length,
    peers: sumOf(all.map(({ progress }) => progress.peers)),
    uploaded: sumOf(all.map(({ progress }) => progress.uploaded)),
    uploadRate: sumOf(all.map(({ progress }) => progress.uploadRate)),
    active: all
      .filter(({ progress }) => progress.peers > 0)
      .map(({ torrent, progress: { stage, peers, uploaded, uploadRate, ratio } }) => {
        const { infoHash } = torrent.source
        return { infoHash: hex(infoHash), name: nameOf(torrent), stage, peers, uploaded, uploadRate, ratio }
      }),
  }
}

/** `seeded a.iso: ratio 2.01, 1.20 GiB uploaded; its ratio was the goal`. */
export function seededLine(torrent: SeededTorrent, goal: SeedGoal): string {
  const { ratio, uploaded } = torrent.progress()
  return `Seeded ${printable(nameOf(torrent))}: ratio ${formatRatio(ratio)}, ${formatBytes(uploaded)} uploaded; ${WHY[goal]}`
}

export function seededJson(torrent: SeededTorrent, goal: SeedGoal): object {
  const { ratio, uploaded } = torrent.progress()
  return { event: 'seeded', goal, infoHash: hex(torrent.source.infoHash), name: nameOf(torrent), uploaded, ratio }
}

/** `until ratio 2 or after 1 h 00 min`; empty: no goal. */
export function goalsText({ ratio, seedTime, idleTime }: SeedGoals): string {
  const goals = [
    ...(ratio === undefined ? [] : [`to ratio ${ratio}`]),
    ...(seedTime === undefined ? [] : [`for ${formatDuration(seedTime)}`]),
    ...(idleTime === undefined ? [] : [`until nobody took anything for ${formatDuration(idleTime)}`]),
  ]
  return goals.join(', or ')
}

const WHY: Readonly<Record<SeedGoal, string>> = {
  ratio: 'that was the goal',
  seedTime: 'its time is over',
  idleTime: 'nobody takes any more',
}

function cells(torrent: SeededTorrent, { goals, checked }: StatsOptions): readonly string[] {
  const { stage, uploadRate, peers, uploaded, ratio } = torrent.progress()
  if (stage === 'checking') {
    const { pieces = 0, total = 0 } = checked?.get(torrent) ?? {}
    return [`checking ${formatPercent(pieces, total)}`, '', '', '']
  }
  const state = stage === 'stopped' || stage === 'failed' ? stage : `↑ ${formatRate(uploadRate)}`
  const goal = goals?.ratio === undefined ? '' : ` of ${goals.ratio}`
  return [state, plural(peers, 'peer'), `${formatBytes(uploaded)} uploaded`, `ratio ${formatRatio(ratio)}${goal}`]
}

function total(all: readonly Progress[]): readonly string[] {
  return [
    `↑ ${formatRate(sumOf(all.map(({ uploadRate }) => uploadRate)))}`,
    plural(sumOf(all.map(({ peers }) => peers)), 'peer'),
    `${formatBytes(sumOf(all.map(({ uploaded }) => uploaded)))} uploaded`,
    '',
  ]
}

/** Rounded down, so that a goal is not shown before it is reached. */
function formatRatio(ratio: number | undefined): string {
  return (Math.floor((ratio ?? 0) * 100) / 100).toFixed(2)
}

function nameOf({ source }: SeededTorrent): string {
  return source.displayName ?? hex(source.infoHash)
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
