// Pieces much smaller than a megabyte are begun several in a row, where one peer is asked for that much at once and they are
// equally rare: they are then read together by the peer, and written together here, as one large piece would be.
import { BLOCK_LENGTH } from '../metainfo/block.ts'

/** Bytes that are read or written in one call at best; more of them gain nothing (docs/PERFORMANCE.md). */
const EXTENT_LENGTH = 1_048_576

export class Extent {
  /** Pieces; 1 where they are large. */
  readonly #pieces: number
  readonly #blocks: number

  /** @param pieceLength bytes. */
  constructor(pieceLength: number) {
    this.#pieces = Math.max(1, Math.floor(EXTENT_LENGTH / pieceLength))
    this.#blocks = Math.ceil(pieceLength / BLOCK_LENGTH) * this.#pieces
  }

  /**
   * Where to begin instead of at this piece, so that its whole extent can follow. O(pieces of an extent).
   * @param blocks to be asked for at once: if these are not an extent's, it begins right there.
   * @param alike whether a piece can be had and is as rare.
   */
  start(piece: number, blocks: number, alike: (piece: number) => boolean): number {
    if (this.#pieces === 1 || blocks < this.#blocks) return piece
    let first = piece
    while (first % this.#pieces > 0 && alike(first - 1)) first--
    return first
  }

  /** The piece after this one, if it is of the same extent and alike. */
  next(piece: number, alike: (piece: number) => boolean): number | undefined {
    const after = piece + 1
    return after % this.#pieces > 0 && alike(after) ? after : undefined
  }
}
