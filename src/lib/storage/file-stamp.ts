// By what a file is known to be the same as before.
import type { Bundles } from './bundles.ts'
import { concurrently, mapConcurrently } from './concurrently.ts'
import { look } from './descriptor.ts'
import { diskError, isAbsent } from './disk-error.ts'

export interface FileStamp {
  /** Bytes. */
  readonly size: number
  /** Last change, nanoseconds since 1970. */
  readonly mtimeNs: bigint
}

export interface ExactStamp extends FileStamp {
  /** Last change of the file or of what is known about it, nanoseconds since 1970: no program can set it back. */
  readonly ctimeNs: bigint
}

/** Looks at this many files at the same time. */
export const LOOK_CONCURRENCY = 32
/** Fewer files are sooner looked at, or made, than a thread is started. */
export const MIN_FILES = 64

/** What is at a path: a regular file, nothing, or what is no regular file. A link is such where it would not be written through. */
export type Found = ExactStamp | 'nothing' | 'special'

export async function find(path: string, mode: 'read' | 'write'): Promise<Found> {
  try {
    const stats = await look(path, mode === 'read' ? 'follow' : 'stay')
    const { size, mtimeNs, ctimeNs } = stats
    return stats.isFile() ? { size: Number(size), mtimeNs, ctimeNs } : 'special'
  } catch (error) {
    if (isAbsent(error)) return 'nothing'
    throw diskError(error, path, 'look at')
  }
}

/** The same of many, by index. @param bundles of the same mode */
export async function findAll(
  paths: readonly string[],
  mode: 'read' | 'write',
  bundles: Bundles,
): Promise<readonly Found[]> {
  if (paths.length < MIN_FILES) return mapConcurrently(paths, LOOK_CONCURRENCY, path => find(path, mode))
  const found = await bundles.look(paths)
  const all = found.map(there => (there === 'unknown' ? 'nothing' : there))
  const unknown = paths.flatMap((path, index) => (found[index] === 'unknown' ? [{ path, index }] : []))
  await concurrently(unknown, LOOK_CONCURRENCY, () => async ({ path, index }) => {
    all[index] = await find(path, mode)
  })
  return all
}

/** Undefined where no regular file is. */
export function stampOf(found: Found): ExactStamp | undefined {
  return typeof found === 'string' ? undefined : found
}
