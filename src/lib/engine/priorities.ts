// Which files come before others. Indices count as `--select` counts them.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { piecesOfFile } from '../storage/plan.ts'
import { filesNamed, parseFileNames, type FileNames } from './file-names.ts'

const PRIORITIES: readonly FilePriority[] = ['high', 'normal', 'low']
/** All that a peer has of files of one priority is asked of it before the next; what is not wanted at all is not selected. */
export type FilePriority = 'high' | 'normal' | 'low'

export interface PriorityRule {
  readonly files: FileNames
  readonly priority: FilePriority
  /** As it was written. */
  readonly text: string
}

/** `0,2-4=high`, `*.srt=high` or `extras/**=low`: files as `parseFileNames` reads them. @throws BtError USAGE */
export function parsePriority(text: string): PriorityRule {
  const [, files = '', word = ''] = /^(.*)=([^=]*)$/s.exec(text) ?? []
  const priority = PRIORITIES.find(known => known === word)
  if (priority === undefined || files.trim() === '') {
    throw new BtError('USAGE', `"${text}" is no priority; write such as 0,2-4=high or *.srt=low (high, normal or low)`)
  }
  return { files: parseFileNames(files), priority, text }
}

/** The priority of each file that a rule names, by index; of two rules the later counts. @throws BtError USAGE for one that names none. */
export function prioritize(info: Info, rules: readonly PriorityRule[]): Map<number, FilePriority> {
  const priorities = new Map<number, FilePriority>()
  for (const { files, priority, text } of rules) {
    const named = filesNamed(info, files)
    if (named.length === 0) throw new BtError('USAGE', `"${text}" names no file of "${info.name}"`)
    for (const index of named) priorities.set(index, priority)
  }
  return priorities
}

/** The level of each piece, as `PickOrder` has them: the highest of its files'. Files without a priority are `normal`. */
export function pieceLevels(
  info: Info,
  files: Iterable<number>,
  priorities: ReadonlyMap<number, FilePriority>,
): Uint8Array {
  const lowest = PRIORITIES.length - 1
  const levels = new Uint8Array(info.pieceCount).fill(lowest)
  for (const index of files) {
    const level = PRIORITIES.indexOf(priorities.get(index) ?? 'normal')
    const { first, end } = piecesOfFile(info, index)
    for (let piece = first; piece < end; piece++) levels[piece] = Math.min(levels[piece] ?? lowest, level)
  }
  return levels
}
