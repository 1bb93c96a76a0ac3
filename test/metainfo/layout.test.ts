import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'

describe('PieceLayout', () => {
  it('has a last piece and a last block of what is left', () => {
    const layout = new PieceLayout(92_063, 32_768)
    expect([layout.pieceCount, layout.pieceSize(0), layout.pieceSize(2)]).toEqual([3, 32_768, 26_527])
    expect([layout.blockCount(0), layout.blockCount(2)]).toEqual([2, 2])
    expect(layout.block(0, 1)).toEqual({ piece: 0, offset: 16_384, length: 16_384 })
    expect(layout.block(2, 1)).toEqual({ piece: 2, offset: 16_384, length: 10_143 })
  })

  it('has full pieces only where the length is a multiple', () => {
    const layout = new PieceLayout(65_536, 32_768)
    expect([layout.pieceCount, layout.pieceSize(1), layout.blockCount(1)]).toEqual([2, 32_768, 2])
  })

  it('has no pieces where there are no bytes, and one block where a piece is smaller than a block', () => {
    expect(new PieceLayout(0, 16_384)).toMatchObject({ pieceCount: 0 })
    expect(new PieceLayout(0, 16_384).pieceSize(0)).toBe(0)
    expect(new PieceLayout(30, 16).block(1, 0)).toEqual({ piece: 1, offset: 0, length: 14 })
  })

  it.each([-1, 3, Number.NaN])('has no piece %d', index => {
    const layout = new PieceLayout(92_063, 32_768)
    expect([layout.pieceSize(index), layout.blockCount(index)]).toEqual([0, 0])
    expect(layout.isRequestable({ piece: index, offset: 0, length: 1 })).toBe(false)
  })

  it('refuses a block that is not there and a length that cannot be', () => {
    const layout = new PieceLayout(92_063, 32_768)
    for (const [index, n] of [[0, 2], [0, -1], [3, 0], [-1, 0]] as const) expect(() => layout.block(index, n)).toThrow(/no block/) // prettier-ignore
    for (const [total, length] of [[-1, 16], [10, 0], [2 ** 53, 16], [1.5, 16]] as const) expect(() => new PieceLayout(total, length)).toThrow(/no layout/) // prettier-ignore
  })

  it.each([
    [{ piece: 0, offset: 0, length: BLOCK_LENGTH }, true],
    [{ piece: 0, offset: 1, length: BLOCK_LENGTH }, true],
    [{ piece: 0, offset: 16_384, length: BLOCK_LENGTH }, true],
    [{ piece: 0, offset: 16_385, length: BLOCK_LENGTH }, false],
    [{ piece: 0, offset: 0, length: BLOCK_LENGTH + 1 }, false],
    [{ piece: 0, offset: 0, length: 0 }, false],
    [{ piece: 0, offset: -1, length: 10 }, false],
    [{ piece: 2, offset: 26_526, length: 1 }, true],
    [{ piece: 2, offset: 26_526, length: 2 }, false],
    [{ piece: 0, offset: 0, length: 1.5 }, false],
    [{ piece: 0, offset: 0.5, length: 1 }, false],
    [{ piece: 0.5, offset: 0, length: 1 }, false],
  ])('%j is requestable: %s', (block, expected) => {
    expect(new PieceLayout(92_063, 32_768).isRequestable(block)).toBe(expected)
  })

  it('takes another limit for the length of a request', () => {
    const layout = new PieceLayout(92_063, 32_768)
    expect(layout.isRequestable({ piece: 0, offset: 0, length: 32_768 }, 131_072)).toBe(true)
  })

  it('covers every byte of the content once with its blocks, in order', () => {
    const total = fc.integer({ min: 0, max: 500_000 })
    const pieceLength = fc.oneof(fc.integer({ min: 1000, max: 100_000 }), fc.constantFrom(16_384, 32_768, 65_536))
    fc.assert(
      fc.property(total, pieceLength, (total, pieceLength) => {
        const layout = new PieceLayout(total, pieceLength)
        let end = 0
        for (let piece = 0; piece < layout.pieceCount; piece++) {
          for (let n = 0; n < layout.blockCount(piece); n++) {
            const block = layout.block(piece, n)
            expect(piece * pieceLength + block.offset).toBe(end)
            expect(layout.blockIndex(block)).toBe(n)
            expect(layout.isRequestable(block)).toBe(true)
            end += block.length
          }
        }
        expect(end).toBe(total)
      }),
    )
  })
})
