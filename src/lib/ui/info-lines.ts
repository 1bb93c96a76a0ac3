// A torrent as the lines of `bt info`: one `Key: value` each, the piece hashes last. Scripts depend on the forms.
import { formatAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import type { FileEntry } from '../metainfo/metainfo.ts'
import { printable } from './format.ts'
import { creationTime, magnetOf, pieceHashes, shownLength, type ShownTorrent } from './torrent-document.ts'

export function infoLines(torrent: ShownTorrent): readonly string[] {
  const { info } = torrent
  const trackers = (torrent.tiers ?? []).flat()
  const hashes = pieceHashes(torrent)
  return [
    ...line('Tracker URL', trackers[0]),
    ...line('Length', String(shownLength(info))),
    ...line('Info Hash', hex(info.infoHash)),
    ...line('Piece Length', String(info.pieceLength)),
    ...line('Name', info.name),
    ...line('Version', info.version === 'v1' ? undefined : info.version),
    ...line('Info Hash v2', info.infoHashV2 && hex(info.infoHashV2)),
    ...(trackers.length > 1 ? tierLines(torrent.tiers ?? []) : []),
    ...line('Private', info.private ? 'yes' : undefined),
    ...line('Source', info.source),
    ...outerLines(torrent),
    ...fileLines(torrent),
    ...line('Pieces', String(info.pieceCount)),
    ...(hashes.length > 0 ? ['Piece Hashes:', ...hashes] : []),
  ]
}

/** The path of each file, relative to the torrent's folder; padding is none. */
export function pathLines({ info }: ShownTorrent): readonly string[] {
  return info.files.flatMap(({ path, padding }) => (padding ? [] : [printable(path.join('/'))]))
}

/** Nothing for a value that is not there. */
export function line(key: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [`${key}: ${printable(value)}`]
}

function tierLines(tiers: readonly (readonly string[])[]): readonly string[] {
  return tiers.flatMap((tier, i) => line(`Tier ${i + 1}`, tier.join(' ')))
}

function outerLines(torrent: ShownTorrent): readonly string[] {
  const { comment, createdBy, creationDate, webSeeds, nodes } = torrent
  return [
    ...line('Comment', comment),
    ...line('Created By', createdBy),
    ...line('Creation Date', creationTime(creationDate)),
    ...(webSeeds ?? []).flatMap(url => line('Web Seed', url)),
    ...(nodes ?? []).flatMap(node => line('Node', formatAddress(node))),
    ...line('Magnet', magnetOf(torrent)),
  ]
}

/** Each file under the index that `--select` takes; padding is nobody's to select. */
function fileLines({ info }: ShownTorrent): readonly string[] {
  const shown = [...info.files.entries()].filter(([, file]) => !file.padding)
  if (info.singleFile) return shown.flatMap(([, file]) => line('Pieces Root', file.piecesRoot && hex(file.piecesRoot)))
  return [
    ...line('Files', String(shown.length)),
    ...shown.flatMap(([index, file]) => line(`File ${index}`, `${file.path.join('/')} ${remarks(file)}`)),
  ]
}

function remarks({ length, symlink, executable, piecesRoot }: FileEntry): string {
  if (symlink !== undefined) return `-> ${symlink.join('/')}`
  const words = [`${length} bytes`]
  if (executable === true) words.push('executable')
  if (piecesRoot !== undefined) words.push(`root ${hex(piecesRoot)}`)
  return `(${words.join(', ')})`
}
