// What a download is going to write to and is somebody's by another name too: that name keeps what it has.
import type { Bitfield } from '../base/bitfield.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { FileStore } from './files.ts'
import { isLinked } from './own-copy.ts'
import { piecesOfFile, type Range } from './plan.ts'
import type { Survey } from './survey.ts'

export interface LinkedOptions {
  readonly store: FileStore
  readonly info: Info
  /** The verified pieces. */
  readonly have: Bitfield
  readonly wanted: Bitfield
  /** What is there. */
  readonly survey: Survey
  readonly signal: AbortSignal
  /** Called once, before anything is done, with how many such files there are. */
  readonly onFound: (count: number) => void
}

/**
 * Gives such files, and the part file, to the torrent alone: copies of what is right in them or, where nothing is, none.
 * Those that are complete stay, since nothing is written to them.
 * @throws BtError DISK_*; the signal's reason
 */
export async function separateLinked(options: LinkedOptions): Promise<void> {
  const { store, info, have, wanted, survey, signal, onFound } = options
  const linked: { slot: number; content: 'kept' | 'dropped' }[] = []
  const consider = async (slot: number, path: string, pieces: Range): Promise<void> => {
    const { right, missing } = count(pieces, have, wanted)
    if (missing > 0 && (await isLinked(path))) linked.push({ slot, content: right > 0 ? 'kept' : 'dropped' })
  }
  const { paths, partsPath } = store.output
  for (const [index, { place, stamp }] of survey.files.entries()) {
    if (place === 'own' && stamp !== undefined) await consider(index, paths[index] ?? '', piecesOfFile(info, index))
  }
  if (survey.parts !== undefined) await consider(info.files.length, partsPath, { first: 0, end: info.pieceCount })
  if (linked.length > 0) onFound(linked.length)
  for (const { slot, content } of linked) await store.whole.separate(slot, content, signal)
}

function count({ first, end }: Range, have: Bitfield, wanted: Bitfield): { right: number; missing: number } {
  let right = 0
  let missing = 0
  for (let piece = first; piece < end; piece++) {
    if (have.has(piece)) right++
    else if (wanted.has(piece)) missing++
  }
  return { right, missing }
}
