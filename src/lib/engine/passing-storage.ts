// The content of a download that is read once, from its start to its end, and touches no disk: a verified piece is in memory
// from its arrival until the reader is KEPT_BEHIND bytes past it, and nothing is asked for that the reader is far from.
import { Bitfield } from '../base/bitfield.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { wantedPieces } from '../storage/plan.ts'
import type { Storage } from './storage.ts'

/** Bytes that stay behind the reader, for other peers. */
const KEPT_BEHIND = 16 * 1024 * 1024

/** @param file the index of the only one that is wanted. */
export function passingStorage(info: Info, file: number, keptBehind: number = KEPT_BEHIND): Storage {
  const { pieceLength, pieceCount } = info
  const pieces = new Map<number, Uint8Array>()
  const gone = new Bitfield(pieceCount)
  const kept = Math.floor(keptBehind / pieceLength)
  const drop = (piece: number): void => {
    pieces.delete(piece)
    gone.set(piece)
  }
  return {
    have: new Bitfield(pieceCount),
    wanted: wantedPieces(info, [file]),
    order: { focusedOnly: true },
    passing: {
      gone,
      passed: next => {
        const old = [...pieces.keys()].filter(piece => piece < next - kept)
        for (const piece of old) drop(piece)
        return old
      },
    },
    readInto: (offset, parts) => {
      let at = offset
      for (const part of parts) {
        for (let filled = 0; filled < part.length;) {
          const piece = Math.floor(at / pieceLength)
          const bytes = pieces.get(piece)?.subarray(at - piece * pieceLength) ?? new Uint8Array()
          if (bytes.length === 0) return Promise.reject(new BtError('INTERNAL', `piece ${piece} is not in memory`))
          const copied = bytes.subarray(0, part.length - filled)
          part.set(copied, filled)
          filled += copied.length
          at += copied.length
        }
      }
      return Promise.resolve()
    },
    write: (offset, data) => {
      pieces.set(offset / pieceLength, data.slice())
      return Promise.resolve()
    },
    close: () => {
      pieces.clear()
      return Promise.resolve()
    },
  }
}
