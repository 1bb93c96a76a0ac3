// The outcome of a verification: a line a file, then the pieces at fault.
import type { Verification, VerifiedFile } from '../engine/verify-torrent.ts'
import { columns, ranges } from './columns.ts'
import { plural, printable } from './format.ts'
import { line } from './info-lines.ts'

export function verifyLines(
  { info, files, bad, missing }: Verification,
  show: 'everything' | 'what is wrong' = 'everything',
): readonly string[] {
  const shown = show === 'everything' ? files : files.filter(({ state }) => state !== 'complete')
  const good = info.pieceCount - bad.length - missing.length
  return [
    ...columns(shown.map(file => [file.state, printable(file.entry.path.join('/')), remark(file)])),
    ...line('Verified Pieces', `${good} of ${info.pieceCount}`),
    ...line('Bad Pieces', bad.length === 0 ? undefined : ranges(bad)),
    ...line('Missing Pieces', missing.length === 0 ? undefined : ranges(missing)),
  ]
}

/** One sentence for a verification that found something wrong. */
export function verifyFault({ info, files, bad, missing }: Verification): string {
  const broken = files.filter(({ state }) => state !== 'complete')
  const pieces = [
    ...(bad.length > 0 ? [`${plural(bad.length, 'piece')} wrong`] : []),
    ...(missing.length > 0 ? [`${plural(missing.length, 'piece')} missing`] : []),
  ]
  const what = pieces.length > 0 ? pieces.join(', ') : 'all pieces are right, but not every file'
  return `"${printable(info.name)}" is not complete: ${what}; ${broken.length} of ${plural(files.length, 'file')} affected`
}

export function verifyJson({ info, path, files, bad, missing, complete }: Verification): object {
  return {
    name: info.name,
    path,
    complete,
    pieceCount: info.pieceCount,
    bad,
    missing,
    files: files.map(({ file, entry, state, size, pieces, verifiedPieces }) => ({
      index: file,
      path: entry.path.join('/'),
      state,
      length: entry.length,
      size,
      pieces,
      verifiedPieces,
    })),
  }
}

function remark({ state, size, entry, pieces, verifiedPieces }: VerifiedFile): string {
  if (state === 'missing' || size === undefined) return `${entry.length} bytes`
  if (state === 'complete') return `${size} bytes`
  const bytes = size === entry.length ? `${size} bytes` : `${size} of ${entry.length} bytes`
  return `${bytes}, ${verifiedPieces} of ${plural(pieces, 'piece')}`
}
