// After this no two files share a path, and no file stands where another path needs a folder, on any file system: names
// that differ only in case or in Unicode normalisation count as the same.
import { BtError } from '../base/errors.ts'
import { MAX_DUPLICATE_NAMES } from './limits.ts'
import { withSuffix } from './safe-path.ts'

/** No longer one is needed: a torrent has fewer files than this has numbers. */
const WIDEST_SUFFIX = '.9999999'

interface Folder {
  /** Folded names in use here, of files and folders. */
  readonly taken: Set<string>
  /** By the folded name that paths use for them. */
  readonly folders: Map<string, { readonly renamed: string | undefined; readonly folder: Folder }>
  /** By what a suffix leaves of a name, the number to try next: equal names need one try each, not one more each time. */
  readonly nextSuffix: Map<string, number>
}

/**
 * The paths, in order, where a name that is taken gets `.1`, `.2`, … before its extension; the first to use a name keeps it.
 * @param paths safe elements each, at least one.
 * @throws BtError METAINFO_INVALID where more than 500 names are taken.
 */
export function uniquePaths(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const root = emptyFolder()
  let renames = 0
  const freeName = (folder: Folder, name: string): string => {
    const folded = fold(name)
    if (!folder.taken.has(folded)) {
      folder.taken.add(folded)
      return name
    }
    if (++renames > MAX_DUPLICATE_NAMES) {
      throw new BtError('METAINFO_INVALID', `invalid torrent: more than ${MAX_DUPLICATE_NAMES} files share their names`)
    }
    return suffixedName(folder, name)
  }
  return paths.map(path => {
    const out: string[] = []
    let folder = root
    for (const name of path.slice(0, -1)) {
      const entered = enterFolder(folder, name, freeName)
      out.push(entered.name)
      folder = entered.folder
    }
    out.push(freeName(folder, path.at(-1) ?? ''))
    return out
  })
}

function enterFolder(
  parent: Folder,
  name: string,
  freeName: (folder: Folder, name: string) => string,
): { readonly name: string; readonly folder: Folder } {
  const folded = fold(name)
  const known = parent.folders.get(folded)
  if (known !== undefined) return { name: known.renamed ?? name, folder: known.folder }
  const free = freeName(parent, name)
  const folder = emptyFolder()
  parent.folders.set(folded, { renamed: free === name ? undefined : free, folder })
  return { name: free, folder }
}

function suffixedName(folder: Folder, name: string): string {
  const stem = fold(withSuffix(name, WIDEST_SUFFIX))
  for (let n = folder.nextSuffix.get(stem) ?? 1; ; n++) {
    const candidate = withSuffix(name, `.${n}`)
    const candidateFolded = fold(candidate)
    if (folder.taken.has(candidateFolded)) continue
    folder.taken.add(candidateFolded)
    folder.nextSuffix.set(stem, n + 1)
    return candidate
  }
}

function emptyFolder(): Folder {
  return { taken: new Set(), folders: new Map(), nextSuffix: new Map() }
}

/** Upper and then lower case, so that characters with several lower forms (the Greek sigma, ß) meet in one. */
function fold(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}
