import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'

/** Uniform numbers in 0 ≤ x < 1 that a seed determines (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Pieces of so many blocks each; the last piece ends with a block of 100 bytes, one block short where there are several. */
export function layoutOf(pieces: number, blocksPerPiece: number): PieceLayout {
  const pieceLength = blocksPerPiece * BLOCK_LENGTH
  const lastPiece = (Math.max(blocksPerPiece, 2) - 2) * BLOCK_LENGTH + 100
  return new PieceLayout((pieces - 1) * pieceLength + lastPiece, pieceLength)
}

export function bitfieldOf(length: number, pieces: Iterable<number>): Bitfield {
  const bits = new Bitfield(length)
  for (const piece of pieces) bits.set(piece)
  return bits
}

/** Counts how often it is looked at, piece by piece (`looks`) or read as a whole (`walks`). */
export class CountingBitfield extends Bitfield {
  looks = 0
  walks = 0

  constructor(length: number) {
    super(length)
    const bytes = this.bytes
    Object.defineProperty(this, 'bytes', {
      get: () => {
        this.walks++
        return bytes
      },
    })
  }

  override has(index: number): boolean {
    this.looks++
    this.walks--
    return super.has(index)
  }

  restart(): void {
    this.looks = 0
    this.walks = 0
  }
}
