// One piece of a torrent, into memory.
import { BtError } from '../base/errors.ts'
import type { AddOptions, Engine } from './engine.ts'
import { pieceStorage, type PieceStorage } from './piece-storage.ts'
import type { TorrentSource } from './source.ts'
import type { TorrentSession } from './torrent-session.ts'

export interface PieceFetch {
  readonly session: TorrentSession
  /** The verified piece; rejects as `session.done` does. */
  readonly piece: Promise<Uint8Array>
}

/** @throws BtError USAGE from the session where the torrent has no such piece */
export function fetchPiece(engine: Engine, source: TorrentSource, index: number, options: AddOptions = {}): PieceFetch {
  let storage: PieceStorage | undefined
  const session = engine.add(source, options, info => {
    storage = pieceStorage(info, index)
    return Promise.resolve(storage)
  })
  const piece = session.done.then(() => {
    if (storage?.piece === undefined) throw new BtError('INTERNAL', `piece ${index} was said to be there and is not`)
    return storage.piece
  })
  piece.catch(() => undefined)
  return { session, piece }
}
