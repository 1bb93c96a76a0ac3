// A hybrid torrent describes the same files, in the same order and at the same places, twice (BEP 52 "Upgrade Path").
import type { ContentFile } from './content.ts'
import type { FileEntry } from './info.ts'
import { invalid } from './require.ts'

/**
 * The v1 files, each with its `piecesRoot` from the file tree.
 * @throws BtError METAINFO_INVALID where the two differ, or a file does not start at a piece.
 */
export function joinHybrid(
  v1: readonly FileEntry[],
  v2: readonly ContentFile[],
  pieceLength: number,
): readonly FileEntry[] {
  let next = 0
  const joined = v1.map(file => {
    if (file.padding) return file
    const twin = v2[next++]
    const shown = file.path.join('/')
    if (twin === undefined) return differ(`"${shown}" is in v1 only`)
    const twinShown = twin.path.join('/')
    if (twinShown !== shown) return differ(`where v1 has "${shown}", v2 has "${twinShown}"`)
    if (twin.length !== file.length) differ(`"${shown}" has ${file.length} bytes in v1, ${twin.length} in v2`)
    if (twin.symlink?.join('/') !== file.symlink?.join('/')) differ(`"${shown}" leads elsewhere in v2`)
    if (file.length > 0 && file.offset % pieceLength !== 0) differ(`"${shown}" does not start at a piece in v1`)
    return twin.piecesRoot === undefined ? file : { ...file, piecesRoot: twin.piecesRoot }
  })
  const rest = v2[next]
  if (rest !== undefined) differ(`"${rest.path.join('/')}" is in v2 only`)
  return joined
}

function differ(what: string): never {
  return invalid('info', `describes different content in v1 ("files" or "length") and in v2 ("file tree"): ${what}`)
}
