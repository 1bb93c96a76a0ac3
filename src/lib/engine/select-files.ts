// Which files of a torrent `--select`, or a magnet link's `so` (BEP 53), means. Indices count from 0 through all entries of
// the torrent, padding included, as `bt info` shows them and other clients count.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { isStored } from '../storage/plan.ts'

/** Inclusive. */
export type IndexRange = readonly [from: number, to: number]

/** Whether the text can only be meant as a selection. */
export function isSelection(text: string): boolean {
  return /^[\d\s,-]+$/.test(text)
}

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

/** @returns indices into `info.files`, of what is stored on the disk. @throws BtError USAGE where one is past the last. */
export function selectFiles(info: Info, ranges: readonly IndexRange[]): readonly number[] {
  const selected = new Set<number>()
  for (const [from, to] of ranges) {
    if (to >= info.files.length) {
      throw new BtError('USAGE', `"${info.name}" has files 0 to ${info.files.length - 1}; there is no ${to}`)
    }
    for (const [index, file] of info.files.entries()) {
      if (index >= from && index <= to && isStored(file)) selected.add(index)
    }
  }
  return [...selected]
}
