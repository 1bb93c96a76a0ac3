// The arithmetic of pieces and blocks: all pieces but the last have one length, all blocks of a piece but the last 16 KiB.
import { BtError } from '../base/errors.ts'
import { BLOCK_LENGTH, type Block } from './block.ts'

export class PieceLayout {
  readonly pieceCount: number
  /** Bytes of every piece but the last. */
  readonly pieceLength: number
  /** Bytes of the whole content, padding files (BEP 47) included. */
  readonly totalLength: number
  readonly #lastPiece: number
  readonly #lastPieceSize: number
  readonly #blocksPerPiece: number
  readonly #blocksOfLastPiece: number

  /** @throws BtError INTERNAL for lengths that are no safe integers, a negative total, or a piece length below 1. */
  constructor(totalLength: number, pieceLength: number) {
    if (
      !Number.isSafeInteger(totalLength) ||
      !Number.isSafeInteger(pieceLength) ||
      totalLength < 0 ||
      pieceLength < 1
    ) {
      throw new BtError('INTERNAL', `no layout has ${totalLength} bytes in pieces of ${pieceLength}`)
    }
    this.totalLength = totalLength
    this.pieceLength = pieceLength
    this.pieceCount = Math.ceil(totalLength / pieceLength)
    this.#lastPiece = this.pieceCount - 1
    this.#lastPieceSize = totalLength - Math.max(0, this.#lastPiece) * pieceLength
    this.#blocksPerPiece = Math.ceil(pieceLength / BLOCK_LENGTH)
    this.#blocksOfLastPiece = Math.ceil(this.#lastPieceSize / BLOCK_LENGTH)
  }

  /** Bytes of piece `index`; 0 for one that is not there. */
  pieceSize(index: number): number {
    if (index >= 0 && index < this.#lastPiece) return this.pieceLength
    return index === this.#lastPiece ? this.#lastPieceSize : 0
  }

  /** Blocks of piece `index`; 0 for one that is not there. */
  blockCount(index: number): number {
    if (index >= 0 && index < this.#lastPiece) return this.#blocksPerPiece
    return index === this.#lastPiece ? this.#blocksOfLastPiece : 0
  }

  /**
   * Block `n` of piece `index`.
   * @throws BtError INTERNAL where there is none.
   */
  block(index: number, n: number): Block {
    const offset = n * BLOCK_LENGTH
    const left = this.pieceSize(index) - offset
    if (n < 0 || left <= 0) throw new BtError('INTERNAL', `piece ${index} has no block ${n}`)
    return { piece: index, offset, length: left < BLOCK_LENGTH ? left : BLOCK_LENGTH }
  }

  /** The number of a block within its piece, from its offset. */
  blockIndex(block: Block): number {
    return Math.floor(block.offset / BLOCK_LENGTH)
  }

  /**
   * Whether a peer may ask for this: inside its piece, and 1 to `limit` bytes long. It need not be one of our blocks,
   * since peers may ask at any offset.
   */
  isRequestable(block: Block, limit: number = BLOCK_LENGTH): boolean {
    const { piece, offset, length } = block
    return (
      Number.isInteger(piece) &&
      Number.isInteger(offset) &&
      Number.isInteger(length) &&
      offset >= 0 &&
      length >= 1 &&
      length <= limit &&
      offset + length <= this.pieceSize(piece)
    )
  }
}
