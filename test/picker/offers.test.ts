import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { Picker, type PickOrder } from '../../src/lib/picker/picker.ts'
import { bitfieldOf, layoutOf, seeded } from './support.ts'

const PIECES = 12

function given(order: PickOrder, wanted = Bitfield.full(PIECES), seedling = 1) {
  const picker = new Picker({
    layout: layoutOf(PIECES, 2),
    have: new Bitfield(PIECES),
    wanted,
    random: seeded(seedling),
    order,
  })
  const seed = Bitfield.full(PIECES)
  picker.addPeer(seed)
  /** Takes and verifies the next piece of a peer. */
  const next = (has: Bitfield): number | undefined => {
    const blocks = picker.pick(1, has, 2)
    for (const block of blocks) picker.received(1, block)
    const piece = blocks[0]?.piece
    if (piece !== undefined) picker.pieceVerified(piece)
    return piece
  }
  return { picker, seed, next }
}

describe('sequential', () => {
  it('goes from the first piece to the last, from the first on', () => {
    const { next, seed } = given({ sequential: true })
    expect(Array.from({ length: PIECES }, () => next(seed))).toEqual([...Array(PIECES).keys()])
  })

  it('takes of each peer the first that it has', () => {
    const { picker, next } = given({ sequential: true })
    const leech = bitfieldOf(PIECES, [7, 3, 9])
    picker.addPeer(leech)
    expect([next(leech), next(leech), next(leech), next(leech)]).toEqual([3, 7, 9, undefined])
  })

  it('comes back to what was given back, before it goes on', () => {
    const { picker, seed } = given({ sequential: true })
    for (const block of picker.pick(1, seed, 5).slice(0, 1)) picker.received(1, block)
    expect(picker.pick(2, seed, 2).map(block => block.piece)).toEqual([2, 3])
    picker.releaseAll(1)
    expect(picker.pick(3, seed, 5).map(block => block.piece)).toEqual([0, 2, 3, 1, 1])
  })

  it('has slow and fast peers fill the same pieces', () => {
    const { picker, seed } = given({ sequential: true })
    expect(picker.pick(1, seed, 1, 9, 'slow')[0]?.piece).toBe(0)
    expect(picker.pick(2, seed, 1, 9, 'brisk')[0]?.piece).toBe(0)
  })
})

describe('levels', () => {
  const levels = Uint8Array.from({ length: PIECES }, (_, piece) => [2, 0, 5][piece % 3] ?? 0)
  const levelOf = (piece: number | undefined): number | undefined => (piece === undefined ? undefined : levels[piece])

  it('are begun in order, the rarest of each first', () => {
    for (let seedling = 0; seedling < 10; seedling++) {
      const { picker, next, seed } = given({ levels }, undefined, seedling)
      const common = Bitfield.full(PIECES)
      for (const rare of [4, 3]) common.clear(rare)
      picker.addPeer(common)
      const order = Array.from({ length: PIECES }, () => next(seed))
      expect(order.map(levelOf)).toEqual([0, 0, 0, 0, 2, 2, 2, 2, 5, 5, 5, 5])
      expect(order[4]).toBe(3)
    }
  })

  it('give a peer what it has of a lower one where it has nothing of a higher', () => {
    const { picker, next, seed } = given({ levels })
    const leech = bitfieldOf(PIECES, [0, 2])
    picker.addPeer(leech)
    expect([next(leech), next(leech), next(leech)]).toEqual([0, 2, undefined])
    picker.removePeer(leech)
    expect(levelOf(next(seed))).toBe(0)
  })

  it('go in sequence each, if so asked', () => {
    const { next, seed } = given({ levels, sequential: true })
    expect(Array.from({ length: PIECES }, () => next(seed))).toEqual([1, 4, 7, 10, 0, 3, 6, 9, 2, 5, 8, 11])
  })

  it('change nothing about what is wanted, nor when it is the endgame', () => {
    const { picker, seed } = given({ levels }, bitfieldOf(PIECES, [2, 4]))
    expect(picker.pick(1, seed, 3).map(block => block.piece)).toEqual([4, 4, 2])
    expect(picker.endgame).toBe(false)
    expect(picker.pick(1, seed, 9)).toHaveLength(1)
    expect(picker.endgame).toBe(true)
    picker.releaseAll(1)
    expect([picker.endgame, picker.pick(2, seed, 9).length]).toEqual([false, 4])
  })

  it('heed what peers gain and lose, in each', () => {
    const { picker, next } = given({ levels })
    const leech = bitfieldOf(PIECES, [0])
    picker.addPeer(leech)
    for (const piece of [1, 2]) {
      leech.set(piece)
      picker.peerGained(piece)
    }
    leech.clear(0)
    picker.peerLost(leech, 0)
    expect([next(leech), next(leech), next(leech)]).toEqual([1, 2, undefined])
  })

  it('take a piece back that was there at first', () => {
    const { picker, next, seed } = given({ levels }, bitfieldOf(PIECES, [1, 2]))
    expect([next(seed), next(seed), picker.done]).toEqual([1, 2, true])
    picker.pieceLost(2)
    expect([picker.done, next(seed)]).toEqual([false, 2])
  })

  it('may all be empty', () => {
    const { picker, seed } = given({ levels }, new Bitfield(PIECES))
    expect([picker.done, picker.pick(1, seed, 9), picker.endgame]).toEqual([true, [], false])
  })
})
