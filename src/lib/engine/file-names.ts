// How a person, or a magnet link's `so` (BEP 53), names files of a torrent: by index or by pattern. Indices count from 0
// through all entries of the torrent, padding included, as `bt info` shows them and other clients count.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { isStored } from '../storage/plan.ts'
import { matchesAny, matchesAnyOnTheWay, type PathTest } from './glob.ts'

/** Inclusive. */
export type IndexRange = readonly [from: number, to: number]

/** Indices, or a pattern that paths match. */
export type FileNames = readonly IndexRange[] | PathTest

/**
 * `0,2-4`; a pattern as glob.ts has them, such as `*.srt` or `subs/**`; or `extras/`, which is all that is in such a folder.
 * @throws BtError USAGE
 */
export function parseFileNames(text: string): FileNames {
  return /^[\d\s,-]+$/.test(text)
    ? parseIndices(text)
    : text.endsWith('/')
      ? matchesAnyOnTheWay([text])
      : matchesAny([text])
}

/** @returns indices into `info.files`, of what is stored on the disk. @throws BtError USAGE for an index past the last. */
export function filesNamed(info: Info, names: FileNames): readonly number[] {
  if (typeof names !== 'function') return filesAt(info, names)
  return info.files.flatMap((file, index) => (isStored(file) && names(file.path) ? [index] : []))
}

/** `0,2,5-7` as ranges. @throws BtError USAGE */
export function parseIndices(text: string): readonly IndexRange[] {
  return text.split(',').map(part => {
    const match = /^\s*(\d{1,9})(?:-(\d{1,9}))?\s*$/.exec(part)
    const from = Number(match?.[1])
    const to = Number(match?.[2] ?? match?.[1])
    if (match === null || to < from) {
      throw new BtError('USAGE', `"${text}" is not a selection of files; write indices such as 0,2,5-7`)
    }
    return [from, to]
  })
}

function filesAt(info: Info, ranges: readonly IndexRange[]): readonly number[] {
  const found = new Set<number>()
  for (const [from, to] of ranges) {
    if (to >= info.files.length) {
      throw new BtError('USAGE', `"${info.name}" has files 0 to ${info.files.length - 1}; there is no ${to}`)
    }
    for (const [offset, file] of info.files.slice(from, to + 1).entries()) if (isStored(file)) found.add(from + offset)
  }
  return [...found]
}
