// What of a torrent is on the disk: which file holds which bytes, and how large and how old each is.
import type { FileEntry } from '../metainfo/metainfo.ts'
import { mapConcurrently } from './concurrently.ts'
import { look } from './descriptor.ts'
import { diskError, isAbsent } from './disk-error.ts'
import type { Output } from './output.ts'
import { isStored } from './plan.ts'

/** Who holds a file's bytes: itself, the part file, or nobody (padding, links). */
export type Place = 'own' | 'parts' | 'nobody'

export interface FileStamp {
  /** Bytes. */
  readonly size: number
  /** Last change, nanoseconds since 1970. */
  readonly mtimeNs: bigint
}

export interface FileOnDisk {
  readonly place: Place
  /** Of the file itself; undefined where no regular file is there. */
  readonly stamp: FileStamp | undefined
}

export interface Survey {
  /** By index of the torrent's files. */
  readonly files: readonly FileOnDisk[]
  readonly parts: FileStamp | undefined
}

interface StoreView {
  readonly info: { readonly files: readonly FileEntry[] }
  readonly output: Output
  readonly mode: 'read' | 'write'
}

/** Looks at this many files at the same time. */
export const LOOK_CONCURRENCY = 32

/**
 * A file that is selected or there already holds its own bytes; else the part file does. Read-only, an absent file counts as
 * selected where there is no part file.
 */
export async function placeFiles(view: StoreView & { readonly selected?: ReadonlySet<number> }): Promise<Place[]> {
  const { info, output, selected, mode } = view
  const partsExist = mode === 'read' && (await stampOf(output.partsPath, mode)) !== undefined
  return mapConcurrently(info.files, LOOK_CONCURRENCY, async (file, index) => {
    if (!isStored(file)) return 'nobody'
    const mayBeInParts = mode === 'read' ? partsExist : selected?.has(index) === false
    if (!mayBeInParts || file.length === 0) return 'own'
    return (await stampOf(output.paths[index] ?? '', mode)) === undefined ? 'parts' : 'own'
  })
}

export async function surveyFiles(view: StoreView, places: readonly Place[]): Promise<Survey> {
  const { info, output, mode } = view
  const files = await mapConcurrently(info.files, LOOK_CONCURRENCY, async (_file, index): Promise<FileOnDisk> => {
    const place = places[index] ?? 'nobody'
    return { place, stamp: place === 'own' ? await stampOf(output.paths[index] ?? '', mode) : undefined }
  })
  return { files, parts: places.includes('parts') ? await stampOf(output.partsPath, mode) : undefined }
}

/** Bytes from the start of a file that can be read; what is behind them is surely missing. */
export function readableBytes(survey: Survey, files: readonly FileEntry[], index: number): number {
  const file = files[index]
  const onDisk = survey.files[index]
  if (file === undefined || onDisk === undefined) return 0
  if (onDisk.place === 'nobody') return file.length
  const size = onDisk.place === 'own' ? onDisk.stamp?.size : (survey.parts?.size ?? 0) - file.offset
  return Math.max(0, Math.min(file.length, size ?? 0))
}

/** Undefined where no regular file is at the path. A link counts as nothing where it would not be written through. */
export async function stampOf(path: string, mode: 'read' | 'write'): Promise<FileStamp | undefined> {
  try {
    const stats = await look(path, mode === 'read' ? 'follow' : 'stay')
    return stats.isFile() ? { size: Number(stats.size), mtimeNs: stats.mtimeNs } : undefined
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw diskError(error, path, 'look at')
  }
}
