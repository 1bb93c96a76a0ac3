// What `create` says of the torrent it made, or would make.
import { hex } from '../base/bytes.ts'
import type { InfoHash } from '../base/ids.ts'
import type { CreatedTorrent, TorrentPlan } from '../engine/create-torrent.ts'
import { formatBytes, plural, printable } from './format.ts'
import { line } from './info-lines.ts'

/** Of a reason, so many paths are named. */
const SHOWN_PATHS = 8

const REASONS: Readonly<Record<TorrentPlan['leftOut'][number]['reason'], string>> = {
  own: "bt's own",
  hidden: 'hidden, see --hidden',
  junk: 'junk, see --junk',
  link: 'symbolic links, see --follow-symlinks',
  loop: 'links that lead round',
  special: 'neither files nor folders',
  excluded: '--exclude',
  'not included': 'not in --include',
}

/** What is shown of a torrent that is written. */
export interface WrittenTorrent {
  readonly infoHash: InfoHash
  readonly magnet: string | undefined
}

export function createdLines({ infoHash, magnet }: WrittenTorrent): readonly string[] {
  return [...line('Info Hash', hex(infoHash)), ...line('Magnet', magnet)]
}

/** @param file where it was saved; undefined: nowhere. */
export function createdJson({ infoHash, content }: CreatedTorrent, magnet: string, file: string | undefined): object {
  const { name, totalLength, pieceLength, pieceCount, files } = content
  return {
    infoHash: hex(infoHash),
    magnet,
    file,
    name,
    length: totalLength,
    pieceLength,
    pieceCount,
    files: files.length,
  }
}

/** Names that whoever downloads it gets otherwise. */
export function renamedLines({ renamed }: TorrentPlan): readonly string[] {
  return renamed.map(
    ({ from, to }) => `"${printable(from)}" is not a name for every system; it will be saved as "${printable(to)}"`,
  )
}

/** `3 files, 1.50 MiB: 96 pieces of 16.0 KiB`. */
export function planSummary({ files, totalLength, pieceCount, pieceLength }: TorrentPlan): string {
  const content = `${plural(files.length, 'file')}, ${formatBytes(totalLength)}`
  return `${content}: ${plural(pieceCount, 'piece')} of ${formatBytes(pieceLength)}`
}

/** A line for each reason. */
export function leftOutLines({ leftOut }: TorrentPlan): readonly string[] {
  const byReason = new Map<string, string[]>()
  for (const { path, reason } of leftOut) {
    const paths = byReason.get(REASONS[reason])
    if (paths === undefined) byReason.set(REASONS[reason], [path])
    else paths.push(path)
  }
  return [...byReason].map(([reason, paths]) => {
    const more = paths.length > SHOWN_PATHS ? ` and ${paths.length - SHOWN_PATHS} more` : ''
    return `left out (${reason}): ${printable(paths.slice(0, SHOWN_PATHS).join(', '))}${more}`
  })
}

/** In the forms of `info`, as far as no hash is needed. */
export function planLines({ name, singleFile, files, totalLength, pieceCount, pieceLength }: TorrentPlan): string[] {
  const shown = singleFile ? [] : [...files.entries()]
  return [
    ...line('Name', name),
    ...line('Length', String(totalLength)),
    ...line('Piece Length', String(pieceLength)),
    ...line('Pieces', String(pieceCount)),
    ...(singleFile ? [] : line('Files', String(files.length))),
    ...shown.flatMap(([index, { path, length }]) => line(`File ${index}`, `${path.join('/')} (${length} bytes)`)),
  ]
}

export function planJson({ name, files, totalLength, pieceLength, pieceCount, leftOut }: TorrentPlan): object {
  return {
    name,
    length: totalLength,
    pieceLength,
    pieceCount,
    files: files.map(({ path, length }) => ({ path: path.join('/'), length })),
    leftOut,
  }
}
