// The content of a download that wants one piece, kept in memory.
import { Bitfield } from '../base/bitfield.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { Storage } from './storage.ts'

export interface PieceStorage extends Storage {
  /** The piece, once it is verified. */
  readonly piece: Uint8Array | undefined
}

/** @throws BtError USAGE where the torrent has no such piece */
export function pieceStorage(info: Info, index: number): PieceStorage {
  if (index >= info.pieceCount) {
    throw new BtError('USAGE', `"${info.name}" has pieces 0 to ${info.pieceCount - 1}; there is no ${index}`)
  }
  const wanted = new Bitfield(info.pieceCount)
  wanted.set(index)
  const start = index * info.pieceLength
  let piece: Uint8Array | undefined
  return {
    have: new Bitfield(info.pieceCount),
    wanted,
    get piece() {
      return piece
    },
    readInto: (offset, parts) => {
      if (piece === undefined) return Promise.reject(new BtError('INTERNAL', 'the piece is not there'))
      let at = offset - start
      for (const part of parts) {
        part.set(piece.subarray(at, at + part.length))
        at += part.length
      }
      return Promise.resolve()
    },
    write: (_offset, data) => {
      piece = Uint8Array.from(data)
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}
