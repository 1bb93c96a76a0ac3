// Which files of a torrent `--select` chooses: all that a rule names, less all that one with `!` names, in whatever order
// they stand. Where every rule has a `!`, the others are chosen.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { isStored } from '../storage/plan.ts'
import { filesNamed, parseFileNames, type FileNames } from './file-names.ts'

export interface SelectRule {
  readonly names: FileNames
  readonly keep: 'in' | 'out'
  /** As it was written. */
  readonly text: string
}

/** `0,2-4`, `*.mkv`, `extras/` or, to leave files out, the same with `!` before it. @throws BtError USAGE */
export function parseSelectRule(text: string): SelectRule {
  const out = text.startsWith('!')
  const files = out ? text.slice(1) : text
  if (files.trim() === '') {
    throw new BtError('USAGE', `"${text}" is no selection; write such as 0,2-4 or *.mkv or, to leave out, !*.nfo`)
  }
  return { names: parseFileNames(files), keep: out ? 'out' : 'in', text }
}

/**
 * @returns indices into `info.files`, ascending, of what is stored on the disk.
 * @throws BtError USAGE for a rule that names no file, or where none is left
 */
export function selectFiles(info: Info, rules: readonly SelectRule[]): readonly number[] {
  const named = { in: new Set<number>(), out: new Set<number>() }
  for (const { names, keep, text } of rules) {
    const files = filesNamed(info, names)
    if (files.length === 0) throw new BtError('USAGE', `"${text}" names no file of "${info.name}"`)
    for (const index of files) named[keep].add(index)
  }
  const all = rules.every(({ keep }) => keep === 'out')
  const chosen = info.files.flatMap((file, index) =>
    isStored(file) && (all || named.in.has(index)) && !named.out.has(index) ? [index] : [],
  )
  if (chosen.length > 0) return chosen
  throw new BtError('USAGE', `no file of "${info.name}" is left by ${rules.map(({ text }) => `"${text}"`).join(' ')}`)
}
