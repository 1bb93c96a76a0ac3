// What of a torrent is on the disk: which file holds which bytes, and how large and how old each is.
import type { FileEntry } from '../metainfo/metainfo.ts'
import type { Bundles } from './bundles.ts'
import { find, findAll, stampOf, type ExactStamp, type FileStamp, type Found } from './file-stamp.ts'
import type { Output } from './output.ts'
import { isStored } from './plan.ts'

/** Who holds a file's bytes: itself, the part file, or nobody (padding, links). */
export type Place = 'own' | 'parts' | 'nobody'

export interface FileOnDisk<S extends FileStamp = FileStamp> {
  readonly place: Place
  /** Of the file itself; undefined where no regular file is there. */
  readonly stamp: S | undefined
  /** Something stands in its place that is no regular file. */
  readonly special?: true
}

export interface Survey {
  /** By index of the torrent's files. */
  readonly files: readonly FileOnDisk<ExactStamp>[]
  readonly parts: ExactStamp | undefined
}

interface StoreView {
  readonly info: { readonly files: readonly FileEntry[] }
  readonly output: Output
  readonly mode: 'read' | 'write'
}

/**
 * A file that is selected or there already holds its own bytes; else the part file does. Read-only, an absent file counts as
 * selected where there is no part file.
 * @param view.isNew the root was made just now: no file is there
 */
export async function placeFiles(
  view: StoreView & { readonly selected?: ReadonlySet<number>; readonly isNew: boolean },
  bundles: Bundles,
): Promise<Place[]> {
  const { info, output, selected, mode, isNew } = view
  const partsExist = mode === 'read' && stampOf(await find(output.partsPath, mode)) !== undefined
  const places = info.files.map((file, index): Place | 'unknown' => {
    if (!isStored(file)) return 'nobody'
    const mayBeInParts = mode === 'read' ? partsExist : selected?.has(index) === false
    if (!mayBeInParts || file.length === 0) return 'own'
    return isNew ? 'parts' : 'unknown'
  })
  const paths = output.paths.filter((_, index) => places[index] === 'unknown')
  const found = (await findAll(paths, mode, bundles)).values()
  return places.map(place => {
    if (place !== 'unknown') return place
    return stampOf(found.next().value ?? 'nothing') === undefined ? 'parts' : 'own'
  })
}

export async function surveyFiles(view: StoreView, places: readonly Place[], bundles: Bundles): Promise<Survey> {
  const { info, output, mode } = view
  const paths = output.paths.filter((_, index) => places[index] === 'own')
  const found = (await findAll(paths, mode, bundles)).values()
  const files = info.files.map((_file, index): FileOnDisk<ExactStamp> => {
    const place = places[index] ?? 'nobody'
    return onDisk(place, place === 'own' ? (found.next().value ?? 'nothing') : 'nothing')
  })
  return { files, parts: places.includes('parts') ? stampOf(await find(output.partsPath, mode)) : undefined }
}

/** What is there in a folder that was made just now. */
export function nothing(places: readonly Place[]): Survey {
  return { files: places.map(place => ({ place, stamp: undefined })), parts: undefined }
}

function onDisk(place: Place, found: Found): FileOnDisk<ExactStamp> {
  return found === 'special' ? { place, stamp: undefined, special: true } : { place, stamp: stampOf(found) }
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
