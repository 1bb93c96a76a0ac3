import { describe, expect, it } from 'vitest'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import { PartialPiece } from '../../src/lib/picker/piece.ts'

const SIZE = 2 * BLOCK_LENGTH + 7
const counts = (piece: PartialPiece): number[] => [piece.missing, piece.requested, piece.received]

describe('PartialPiece', () => {
  it('takes each block through missing, requested and received', () => {
    const piece = new PartialPiece(4, SIZE, 'brisk')
    expect(counts(piece)).toEqual([3, 0, 0])
    expect([piece.request(1), piece.request(2), piece.request(1), piece.request(1)]).toEqual([0, 1, 2, -1])
    expect(counts(piece)).toEqual([0, 3, 0])
    expect(piece.receive(1, 0, [])).toBe('accepted')
    expect(piece.receive(1, 0, [])).toBe('duplicate')
    expect(piece.receive(1, 1, [])).toBe('unwanted')
    expect(piece.receive(2, 1, [])).toBe('accepted')
    expect(counts(piece)).toEqual([0, 1, 2])
    expect(piece.receive(1, 2, [])).toBe('completed')
    expect(piece.senders()).toEqual([1, 2, 1])
  })

  it('knows only its own blocks', () => {
    const piece = new PartialPiece(4, SIZE, 'brisk')
    const numberOf = (offset: number, length: number): number => piece.numberOf({ piece: 4, offset, length })
    expect(numberOf(0, BLOCK_LENGTH)).toBe(0)
    expect(numberOf(2 * BLOCK_LENGTH, 7)).toBe(2)
    for (const [offset, length] of [
      [0, BLOCK_LENGTH - 1],
      [1, BLOCK_LENGTH],
      [2 * BLOCK_LENGTH, BLOCK_LENGTH],
      [2 * BLOCK_LENGTH, 0],
      [3 * BLOCK_LENGTH, 1],
      [-BLOCK_LENGTH, BLOCK_LENGTH],
    ] as const) {
      expect(numberOf(offset, length)).toBe(-1)
    }
  })

  it('offers the first of the blocks that were given back', () => {
    const piece = new PartialPiece(0, SIZE, 'brisk')
    for (let n = 0; n < 3; n++) piece.request(1)
    piece.release(1, 2)
    piece.release(1, 0)
    piece.release(2, 1)
    expect(counts(piece)).toEqual([2, 1, 0])
    expect([piece.request(2), piece.request(2), piece.request(2)]).toEqual([0, 2, -1])
  })

  it('keeps a block requested while any of its peers still owes it', () => {
    const piece = new PartialPiece(0, SIZE, 'brisk')
    piece.request(1)
    expect(piece.requestAgain(1, 0)).toBe('nothing')
    expect(piece.requestAgain(2, 0)).toBe('requested')
    expect(piece.requestAgain(3, 0)).toBe('requested')
    expect(piece.requestAgain(2, 0)).toBe('nothing')
    expect(piece.requestAgain(2, 1)).toBe('nothing')
    expect(piece.requesters(0)).toEqual([1, 2, 3])
    piece.release(1, 0)
    expect(piece.requesters(0)).toEqual([2, 3])
    expect([piece.expects(1, 0), piece.expects(2, 0), piece.expects(3, 0)]).toEqual([false, true, true])
    expect(piece.releaseAll(3)).toEqual([0])
    expect(piece.releaseAll(2)).toEqual([0])
    expect(counts(piece)).toEqual([3, 0, 0])
  })

  it('forgets who else was asked for a block that has come', () => {
    const piece = new PartialPiece(0, SIZE, 'brisk')
    piece.request(1)
    piece.requestAgain(2, 0)
    const late: number[] = []
    expect(piece.receive(2, 0, late)).toBe('accepted')
    expect(late).toEqual([1])
    expect(piece.requesters(0)).toEqual([])
    expect([piece.outstandingOf(1), piece.outstandingOf(2)]).toEqual([0, 0])
    expect(piece.senders()).toEqual([2])
  })

  it('is left to one peer once it is suspect, until that peer goes or owes nothing', () => {
    const piece = new PartialPiece(0, SIZE, 'brisk', { alone: true, avoid: new Set([3]) })
    expect([piece.admits(2), piece.avoids(2), piece.avoids(3)]).toEqual([true, false, true])
    piece.request(1)
    piece.request(1)
    expect([piece.admits(1), piece.admits(2)]).toEqual([true, false])
    piece.receive(1, 0, [])
    piece.release(1, 1)
    expect(piece.admits(2)).toBe(true)
    piece.request(2)
    piece.receive(2, 1, [])
    expect(piece.admits(1)).toBe(false)
    piece.releaseAll(2)
    expect(piece.reserved).toBe(false)
  })
})
