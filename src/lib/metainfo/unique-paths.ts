// After this no two files share a path, and no file stands where another path needs a folder, on any file system: names
// that differ only in case or in Unicode normalisation count as the same.
import { BtError } from '../base/errors.ts'
import { MAX_DUPLICATE_NAMES } from './limits.ts'
import { withSuffix } from './safe-path.ts'

/** No longer one is needed: a torrent has fewer files than this has numbers. */
const WIDEST_SUFFIX = '.9999999'
const ROOT = 0
/** In place of a folder's number: the name is a file's. */
const FILE = -1

/**
 * The paths, in order, where a name that is taken gets `.1`, `.2`, … before its extension; the first to use a name keeps it.
 * @param paths safe elements each, at least one.
 * @throws BtError METAINFO_INVALID where more than 500 names are taken.
 */
export function uniquePaths(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const names = new Names()
  return paths.map(path => {
    let folder = ROOT
    const unique = path.map((name, depth) => {
      if (depth === path.length - 1) return names.claim(folder, name)
      folder = names.enter(folder, name)
      return names.renamed(folder) ?? name
    })
    // Hardly any name is taken; another array for each path would be kept for nothing.
    return unique.every((name, depth) => name === path[depth]) ? path : unique
  })
}

/** The names in use. Folders are numbers and all names stand in one map: a hostile torrent can have millions of folders. */
class Names {
  /** By folder and folded name: the folder that paths mean by this name, or FILE where none does. */
  readonly #meaning = new Map<string, number>()
  /** The other names of folders whose own was a file's. */
  readonly #renamed = new Map<number, string>()
  /** By folder and what a suffix leaves of a name, the number to try next: each rename needs one try, not one more each time. */
  readonly #nextSuffix = new Map<string, number>()
  #folders = ROOT
  #renames = 0

  /** The folder that paths mean by this name, made where there is none yet. */
  enter(parent: number, name: string): number {
    const key = keyOf(parent, name)
    const known = this.#meaning.get(key)
    if (known !== undefined && known !== FILE) return known
    const free = this.claim(parent, name)
    const folder = ++this.#folders
    this.#meaning.set(key, folder)
    if (free !== name) this.#renamed.set(folder, free)
    return folder
  }

  renamed(folder: number): string | undefined {
    return this.#renamed.get(folder)
  }

  /** The name itself where it is free, else the first free one with a suffix. It is taken from now on. */
  claim(folder: number, name: string): string {
    const key = keyOf(folder, name)
    if (!this.#meaning.has(key)) {
      this.#meaning.set(key, FILE)
      return name
    }
    if (++this.#renames > MAX_DUPLICATE_NAMES) {
      throw new BtError('METAINFO_INVALID', `invalid torrent: more than ${MAX_DUPLICATE_NAMES} files share their names`)
    }
    const stem = keyOf(folder, withSuffix(name, WIDEST_SUFFIX))
    for (let n = this.#nextSuffix.get(stem) ?? 1; ; n++) {
      const candidate = withSuffix(name, `.${n}`)
      const candidateKey = keyOf(folder, candidate)
      if (this.#meaning.has(candidateKey)) continue
      this.#meaning.set(candidateKey, FILE)
      this.#nextSuffix.set(stem, n + 1)
      return candidate
    }
  }
}

function keyOf(folder: number, name: string): string {
  return `${folder}/${fold(name)}`
}

/** Lower and then upper case, so that characters with several forms of either (the Greek sigma, ß and ẞ) meet in one. */
function fold(name: string): string {
  if (/^[ -~]*$/.test(name)) return name.toUpperCase()
  return name.normalize('NFC').toLowerCase().toUpperCase().normalize('NFC')
}
