// The state of each file of a torrent, as `bt verify` shows it.
import type { Bitfield } from '../base/bitfield.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { FileStore } from './files.ts'
import { isStored, piecesOfFile } from './plan.ts'

export interface FileState {
  /** Index into the torrent's files. */
  readonly file: number
  /** `missing`: nothing at its path. `partial`: some pieces are not verified, or the size is wrong. */
  readonly state: 'complete' | 'partial' | 'missing'
  /** Bytes on the disk; not the torrent's length where the size is wrong. */
  readonly size: number | undefined
  readonly pieces: number
  readonly verifiedPieces: number
}

/** Of every file that has a place on the disk, so not of padding nor of links. `have`: the verified pieces. */
export async function fileStates(info: Info, have: Bitfield, store: FileStore): Promise<FileState[]> {
  const survey = await store.looks.survey()
  const states: FileState[] = []
  for (const [index, file] of info.files.entries()) {
    if (!isStored(file)) continue
    const size = survey.files[index]?.stamp?.size
    const range = piecesOfFile(info, index)
    const pieces = range.end - range.first
    let verifiedPieces = 0
    for (let piece = range.first; piece < range.end; piece++) if (have.has(piece)) verifiedPieces++
    const whole = verifiedPieces === pieces && size === file.length
    states.push({ file: index, state: stateOf(size, whole), size, pieces, verifiedPieces })
  }
  return states
}

function stateOf(size: number | undefined, whole: boolean): FileState['state'] {
  if (size === undefined) return 'missing'
  return whole ? 'complete' : 'partial'
}
