// Where a range of the content is on the disk.
import type { FileEntry } from '../metainfo/metainfo.ts'
import { isStored, spans } from './plan.ts'
import type { Place } from './survey.ts'

/** Bytes of one file on the disk: one of the torrent's own, or the part file (the number after the last). */
export interface Stretch {
  readonly slot: number
  /** From the start of the file. */
  readonly position: number
  readonly length: number
  /** From the start of the range that is read or written. */
  readonly at: number
}

/** In ascending order. Padding and links have none. The part file holds bytes at their own offset in the content. */
export function stretchesOf(
  files: readonly FileEntry[],
  places: readonly Place[],
  range: { readonly offset: number; readonly length: number },
): Stretch[] {
  const stretches: Stretch[] = []
  for (const { file: index, offset, length, at } of spans(files, range.offset, range.length)) {
    const file = files[index]
    if (file === undefined || !isStored(file)) continue
    if (places[index] !== 'parts') stretches.push({ slot: index, position: offset, length, at })
    else stretches.push({ slot: files.length, position: file.offset + offset, length, at })
  }
  return stretches
}
