import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pieceExtent, piecesOfFile, spans, wantedPieces } from '../../src/lib/storage/plan.ts'
import { makeTorrent, type FileSpec } from './fixture.ts'

const layouts = fc.record({
  pieceLength: fc.integer({ min: 1, max: 40 }),
  lengths: fc
    .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })), { minLength: 1, maxLength: 12 })
    .filter(lengths => lengths.some(length => length > 0)),
})

function specs(lengths: readonly number[]): FileSpec[] {
  return lengths.map((length, i) => ({ path: `f${i}`, length }))
}

describe('spans', () => {
  it('splits a range at file boundaries and passes over empty files', () => {
    const { info } = makeTorrent(specs([10, 0, 5, 0, 0, 20]))
    expect(spans(info.files, 8, 10)).toEqual([
      { file: 0, offset: 8, length: 2, at: 0 },
      { file: 2, offset: 0, length: 5, at: 2 },
      { file: 5, offset: 0, length: 3, at: 7 },
    ])
  })

  it('finds the file that starts where empty files stand', () => {
    const { info } = makeTorrent(specs([0, 0, 4, 0]))
    expect(spans(info.files, 0, 4)).toEqual([{ file: 2, offset: 0, length: 4, at: 0 }])
    expect(spans(info.files, 4, 0)).toEqual([])
  })

  it('covers every byte of any range exactly once, in order', () => {
    fc.assert(
      fc.property(layouts, fc.nat(), fc.nat(), ({ lengths, pieceLength }, a, b) => {
        const { info } = makeTorrent(specs(lengths), pieceLength)
        const offset = a % info.totalLength
        const length = b % (info.totalLength - offset + 1)
        let at = 0
        for (const span of spans(info.files, offset, length)) {
          expect(span.at).toBe(at)
          expect((info.files[span.file]?.offset ?? NaN) + span.offset).toBe(offset + at)
          expect(span.length).toBeGreaterThan(0)
          expect(span.offset + span.length).toBeLessThanOrEqual(info.files[span.file]?.length ?? 0)
          at += span.length
        }
        expect(at).toBe(length)
      }),
    )
  })
})

describe('pieces of files', () => {
  it('gives a range of pieces, empty for a file without bytes', () => {
    const { info } = makeTorrent(specs([20, 0, 12, 1]))
    expect(info.files.map((_, i) => piecesOfFile(info, i))).toEqual([
      { first: 0, end: 2 },
      { first: 1, end: 1 },
      { first: 1, end: 2 },
      { first: 2, end: 3 },
    ])
    expect(piecesOfFile(info, 0, 16)).toEqual({ first: 1, end: 2 })
    expect(piecesOfFile(info, 0, 20)).toEqual({ first: 1, end: 1 })
  })

  it('wants exactly the pieces that hold a byte of a selected file', () => {
    fc.assert(
      fc.property(layouts, fc.array(fc.nat(11)), ({ lengths, pieceLength }, chosen) => {
        const { info } = makeTorrent(specs(lengths), pieceLength)
        const selected = new Set(chosen.filter(index => index < lengths.length))
        const wanted = wantedPieces(info, selected)
        for (let piece = 0; piece < info.pieceCount; piece++) {
          const { offset, length } = pieceExtent(info, piece)
          expect(wanted.has(piece)).toBe(spans(info.files, offset, length).some(span => selected.has(span.file)))
        }
      }),
    )
  })

  it('knows the short last piece and refuses one outside', () => {
    const { info } = makeTorrent(20)
    expect(pieceExtent(info, 1)).toEqual({ offset: 16, length: 4 })
    expect(() => pieceExtent(info, 2)).toThrow(/outside/)
    expect(() => piecesOfFile(info, 1)).toThrow(/outside/)
  })
})
