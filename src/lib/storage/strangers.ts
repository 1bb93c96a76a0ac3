// Files that stand where a download is to go and have nothing to do with it: they would be lost with the first piece.
import { BtError } from '../base/errors.ts'
import type { Bitfield } from '../base/bitfield.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { Output } from './output.ts'
import { isStored, piecesOfFile } from './plan.ts'
import type { Survey } from './survey.ts'

/**
 * Where not one piece of the torrent's files is there (padding always is), a file of another size is a stranger. (What bt
 * leaves unfinished has the final size, or a record or the room for one beside it; and where some pieces are right, the others
 * are to be repaired.)
 * @param options.have the verified pieces
 * @param options.files those that will be written
 * @param options.survey what is there
 * @throws BtError USAGE naming the first
 */
export function refuseStrangers(options: {
  readonly output: Output
  readonly info: Info
  readonly have: Bitfield
  readonly files: Iterable<number>
  readonly survey: Survey
}): void {
  const { output, info, have, files, survey } = options
  if (holdsContent(info, have)) return
  for (const file of files) {
    const entry = info.files[file]
    const size = survey.files[file]?.stamp?.size ?? 0
    if (entry === undefined || !isStored(entry) || size === 0 || size === entry.length) continue
    const path = output.paths[file] ?? ''
    throw new BtError(
      'USAGE',
      `"${path}" is another file: it has ${size} bytes, not ${entry.length}, and nothing in it is right; ` +
        'choose another place with -o, or replace it with --force',
      { details: { path } },
    )
  }
}

function holdsContent(info: Info, have: Bitfield): boolean {
  return info.files.some((file, index) => {
    const { first, end } = piecesOfFile(info, index)
    for (let piece = first; isStored(file) && piece < end; piece++) if (have.has(piece)) return true
    return false
  })
}
