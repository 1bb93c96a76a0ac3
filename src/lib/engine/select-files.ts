// Which files of a torrent `--select` means. Indices count from 0 in the order of `bt info`, padding left out, as BEP 53
// counts them in a magnet link's `so`.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { isStored } from '../storage/plan.ts'

/** Inclusive. */
export type IndexRange = readonly [from: number, to: number]

/** `0,2,5-7` as ranges. @throws BtError USAGE */
export function parseSelection(text: string): readonly IndexRange[] {
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

/** @returns indices into `info.files`. @throws BtError USAGE where an index is past the last file */
export function selectFiles(info: Info, ranges: readonly IndexRange[]): readonly number[] {
  const stored = info.files.flatMap((file, index) => (isStored(file) ? [index] : []))
  const selected = new Set<number>()
  for (const [from, to] of ranges) {
    if (to >= stored.length) {
      throw new BtError('USAGE', `"${info.name}" has files 0 to ${stored.length - 1}; there is no ${to}`)
    }
    for (const index of stored.slice(from, to + 1)) selected.add(index)
  }
  return [...selected]
}
