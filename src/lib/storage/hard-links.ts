// What a download is going to write to and is somebody's by another name too: that name keeps what it has.
import type { Bitfield } from '../base/bitfield.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { FileStore } from './files.ts'
import { piecesOfFile, type Range } from './plan.ts'
import type { Survey } from './survey.ts'

/**
 * Gives such files, and the part file, to the torrent alone: copies of what is right in them, or, where nothing is, none.
 * Those that are complete stay, since nothing is written to them.
 * @param options.have the verified pieces
 * @param options.survey what is there
 * @returns how many there were
 * @throws BtError DISK_*
 */
export async function separateLinked(options: {
  readonly store: FileStore
  readonly info: Info
  readonly have: Bitfield
  readonly wanted: Bitfield
  readonly survey: Survey
}): Promise<number> {
  const { store, info, have, wanted, survey } = options
  let separated = 0
  const separate = async (slot: number, pieces: Range): Promise<void> => {
    const { kept, missing } = count(pieces, have, wanted)
    if (missing > 0 && (await store.separate(slot, kept > 0 ? 'kept' : 'dropped'))) separated++
  }
  for (const [index, { place, stamp }] of survey.files.entries()) {
    if (place === 'own' && stamp !== undefined) await separate(index, piecesOfFile(info, index))
  }
  if (survey.parts !== undefined) await separate(info.files.length, { first: 0, end: info.pieceCount })
  return separated
}

function count({ first, end }: Range, have: Bitfield, wanted: Bitfield): { kept: number; missing: number } {
  let kept = 0
  let missing = 0
  for (let piece = first; piece < end; piece++) {
    if (have.has(piece)) kept++
    else if (wanted.has(piece)) missing++
  }
  return { kept, missing }
}
