import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { Picker, type PickOrder } from '../../src/lib/picker/picker.ts'
import { bitfieldOf, layoutOf, seeded } from './support.ts'

const PIECES = 64
const A = 1
const B = 2

function pickerOf(order: PickOrder, blocks = 2): { picker: Picker; seed: Bitfield } {
  const picker = new Picker({
    layout: layoutOf(PIECES, blocks),
    have: new Bitfield(PIECES),
    wanted: Bitfield.full(PIECES),
    random: seeded(1),
    order,
  })
  const seed = Bitfield.full(PIECES)
  picker.addPeer(seed)
  return { picker, seed }
}

const pieces = (blocks: readonly { readonly piece: number }[]): number[] => [
  ...new Set(blocks.map(({ piece }) => piece)),
]

describe('the focus of a picker', () => {
  it('comes first, in order, and before what was begun; then the rest', () => {
    const { picker, seed } = pickerOf({})
    const [begun = 0] = pieces(picker.pick(A, seed, 1))
    picker.focus([
      { first: 40, end: 42 },
      { first: 10, end: 12 },
    ])
    const asked = pieces(picker.pick(A, seed, 10))
    expect(asked.slice(0, 5)).toEqual([40, 41, 10, 11, begun])
    expect(asked).toHaveLength(6)
  })

  it('is all there is, where nothing else may be begun', () => {
    const { picker, seed } = pickerOf({ focusedOnly: true })
    expect(picker.pick(A, seed, 10)).toEqual([])
    picker.focus([{ first: 7, end: 9 }])
    expect(pieces(picker.pick(A, seed, 10))).toEqual([7, 8])
    expect(picker.pick(A, seed, 10)).toEqual([])
    expect(picker.pickFrom(B, seed, [30, 31], 4)).toEqual([])
    picker.focus([{ first: 8, end: 10 }])
    expect(pieces(picker.pick(A, seed, 10))).toEqual([9])
  })

  it('does not grow by the pieces beside it, however small they are', () => {
    const { picker, seed } = pickerOf({ focusedOnly: true }, 1)
    picker.focus([{ first: 5, end: 8 }])
    expect(pieces(picker.pick(A, seed, 64))).toEqual([5, 6, 7])
  })

  it('is at its end once all of it is asked for: what is late may be asked of others, the first piece first', () => {
    const { picker, seed } = pickerOf({ focusedOnly: true })
    const half = bitfieldOf(PIECES, [7])
    picker.addPeer(half)
    picker.focus([{ first: 7, end: 9 }])
    expect(picker.endgame).toBe(false)
    picker.pick(A, half, 10)
    expect(picker.endgame).toBe(false)
    picker.pick(A, seed, 10)
    expect(picker.endgame).toBe(true)
    expect(pieces(picker.takeOver(B, seed, 3, 'newest', () => true))).toEqual([7, 8])
  })

  it('goes on with a piece that slow peers began, at any pace', () => {
    const { picker, seed } = pickerOf({})
    picker.pieceVerified(0)
    picker.focus([{ first: 20, end: 21 }])
    picker.pick(A, seed, 1, Infinity, 'slow')
    expect(pieces(picker.pick(B, seed, 1, Infinity, 'brisk'))).toEqual([20])
  })

  it('may hold pieces that were released: they are gone, and never asked for again', () => {
    const { picker, seed } = pickerOf({ focusedOnly: true })
    picker.pieceVerified(3)
    expect(picker.pieceReleased(4)).toBe(false)
    expect(picker.pieceReleased(3)).toBe(true)
    picker.focus([{ first: 3, end: 5 }])
    expect(picker.wants(3)).toBe(false)
    expect(pieces(picker.pick(A, seed, 10))).toEqual([4])
  })
})
