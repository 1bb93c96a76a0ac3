// The order of the files in a torrent that is made: the same files always come in the same one.
import { latin1, utf8 } from '../base/bytes.ts'

/** By what files are sorted. */
export interface SortKey {
  readonly by: 'path' | 'size'
  readonly descending: boolean
}

interface Sortable {
  readonly path: readonly string[]
  /** Bytes. */
  readonly length: number
}

/**
 * The files sorted by the keys, of which each breaks the ties of the one before. What is left is in the order of the
 * paths as bytes, `/` between their elements: that of mktorrent, so that the same files have the same info-hash.
 */
export function sortFiles<T extends Sortable>(files: readonly T[], keys: readonly SortKey[] = []): readonly T[] {
  const sortable = files.map(file => ({ file, path: bytesOf(file.path.join('/')) }))
  const byPath = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return sortable
    .sort((a, b) => {
      for (const { by, descending } of keys) {
        const order = by === 'size' ? a.file.length - b.file.length : byPath(a.path, b.path)
        if (order !== 0) return descending ? -order : order
      }
      return byPath(a.path, b.path)
    })
    .map(({ file }) => file)
}

/** One char a byte, so that they compare as bytes; what is ASCII is so already. */
function bytesOf(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : latin1(utf8(text))
}
