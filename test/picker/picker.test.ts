import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import type { Block } from '../../src/lib/metainfo/block.ts'
import { Picker } from '../../src/lib/picker/picker.ts'
import { bitfieldOf, layoutOf, seeded } from './support.ts'

const A = 1
const B = 2
const C = 3

interface Given {
  readonly pieces?: number
  readonly blocks?: number
  readonly have?: readonly number[]
  readonly wanted?: readonly number[]
}

/** A picker with one seed counted in. */
function given({ pieces = 4, blocks = 4, have = [], wanted }: Given = {}): { picker: Picker; seed: Bitfield } {
  const picker = new Picker({
    layout: layoutOf(pieces, blocks),
    have: bitfieldOf(pieces, have),
    wanted: wanted === undefined ? Bitfield.full(pieces) : bitfieldOf(pieces, wanted),
    random: seeded(1),
  })
  const seed = Bitfield.full(pieces)
  picker.addPeer(seed)
  return { picker, seed }
}

const piecesOf = (blocks: readonly Block[]): Set<number> => new Set(blocks.map(block => block.piece))

function firstOf(blocks: readonly Block[]): Block {
  const [first] = blocks
  if (first === undefined) throw new Error('no block was picked')
  return first
}

function deliver(picker: Picker, peer: number, blocks: readonly Block[]): void {
  for (const block of blocks) picker.received(peer, block)
}

describe('Picker', () => {
  it('finishes partial pieces first, oldest first, and opens another when all their blocks are asked for', () => {
    const { picker, seed } = given({ wanted: [0, 1, 2] })
    const first = picker.pick(A, seed, 3)
    expect(first.map(block => block.offset)).toEqual([0, 16_384, 32_768])
    const second = picker.pick(B, seed, 2)
    expect(second[0]).toMatchObject({ piece: first[0]?.piece, offset: 49_152 })
    expect(second[1]?.piece).not.toBe(first[0]?.piece)
    expect(second[1]?.offset).toBe(0)
  })

  it('begins small pieces side by side where many blocks are asked for at once and they are equally rare', () => {
    const { picker, seed } = given({ pieces: 256, blocks: 1, have: [70] })
    const rare = bitfieldOf(256, [130])
    picker.addPeer(rare)
    const asked = picker.pick(A, seed, 192).map(block => block.piece)
    const rows = asked.filter((piece, index) => index === 0 || piece !== (asked[index - 1] ?? 0) + 1)
    // Extents of 64, one of them cut by what is there already and one by what another peer has too.
    expect(rows.length).toBeLessThanOrEqual(5)
    expect(new Set(asked).size).toBe(192)
    const few = new Set(given({ pieces: 256, blocks: 1, have: [70] }).picker.pick(A, seed, 8))
    expect(few.size).toBe(8)
  })

  it('takes the rarest piece once it has one, and any before', () => {
    const pieces = 50
    const first = (have: readonly number[], seedling: number): number | undefined => {
      const picker = new Picker({
        layout: layoutOf(pieces, 1),
        have: bitfieldOf(pieces, have),
        wanted: Bitfield.full(pieces),
        random: seeded(seedling),
      })
      const seed = Bitfield.full(pieces)
      picker.addPeer(seed)
      const most = Bitfield.full(pieces)
      most.clear(7)
      picker.addPeer(most)
      return picker.pick(A, seed, 1)[0]?.piece
    }
    const seeds = Array.from({ length: 30 }, (_, seedling) => seedling)
    expect(new Set(seeds.map(seedling => first([3], seedling)))).toEqual(new Set([7]))
    expect(new Set(seeds.map(seedling => first([], seedling))).size).toBeGreaterThan(10)
  })

  it('takes what a peer names in that order, and of it only what it has, is on offer and is admitted', () => {
    const { picker } = given({ pieces: 6, blocks: 2, have: [1], wanted: [0, 1, 2, 3, 4] })
    const has = bitfieldOf(6, [1, 2, 3, 4, 5])
    picker.addPeer(has)
    expect(picker.pickFrom(A, has, [], 9)).toEqual([])
    expect(picker.pickFrom(A, has, [99, 0, 1, 5, 4], 9).map(block => [block.piece, block.offset])).toEqual([
      [4, 0],
      [4, 16_384],
    ])
    const [three] = picker.pickFrom(A, has, [3, 2], 1)
    expect(three).toEqual({ piece: 3, offset: 0, length: 16_384 })
    // What is partial goes on, what is all asked for is passed over, and none is begun beyond what may be.
    expect(picker.pickFrom(B, has, [4, 3, 2], 9, 0)).toEqual([{ piece: 3, offset: 16_384, length: 16_384 }])
    expect(piecesOf(picker.pickFrom(B, has, [4, 3, 2], 9, 1))).toEqual(new Set([2]))
  })

  it('leaves a suspect piece to one peer, not one that sent it wrong, whoever names it', () => {
    const { picker, seed } = given({ pieces: 1, blocks: 4 })
    deliver(picker, A, picker.pick(A, seed, 9))
    picker.pieceFailed(0, 'alone')
    expect(picker.pickFrom(A, seed, [0], 1)).toEqual([])
    expect(picker.pickFrom(B, seed, [0], 1)).toHaveLength(1)
    expect(picker.pickFrom(C, seed, [0], 1)).toEqual([])
  })

  it('has a block back that a peer will not deliver, and nothing else', () => {
    const { picker, seed } = given({ pieces: 1, blocks: 4 })
    const [first, second] = picker.pick(A, seed, 2)
    if (first === undefined || second === undefined) throw new Error('two blocks')
    expect(picker.release(B, first)).toBe('not asked')
    expect(picker.release(A, { ...first, length: 1 })).toBe('not asked')
    expect(picker.release(A, { ...first, piece: 9 })).toBe('not asked')
    expect([picker.release(A, first), picker.release(A, first)]).toEqual(['released', 'not asked'])
    expect(picker.pick(B, seed, 1)).toEqual([first])
    picker.release(B, first)
    picker.release(A, second)
    expect(picker.isPartial(0)).toBe(false)
    expect(picker.pick(B, seed, 9)).toHaveLength(3)
  })

  it('has all blocks of a piece back that a peer will not deliver', () => {
    const { picker, seed } = given({ pieces: 2, blocks: 2 })
    const blocks = picker.pick(A, seed, 3)
    const [first] = [...piecesOf(blocks)]
    if (first === undefined) throw new Error('a piece')
    const asked = blocks.filter(block => block.piece === first)
    expect(picker.releasePiece(B, first)).toBe(0)
    expect([picker.releasePiece(A, first), picker.releasePiece(A, first), picker.releasePiece(A, 99)]).toEqual([
      asked.length,
      0,
      0,
    ])
    expect(picker.pickFrom(B, seed, [first], 9)).toEqual(asked)
  })

  it('needs a verified piece again that is gone, if it is wanted', () => {
    const { picker, seed } = given({ pieces: 3, blocks: 1, have: [0, 1, 2], wanted: [0, 1] })
    expect([picker.done, picker.pieceLost(1), picker.pieceLost(1), picker.pieceLost(2)]).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect([picker.done, picker.wants(1), picker.wants(2), picker.isInteresting(seed)]).toEqual([
      false,
      true,
      false,
      true,
    ])
    const blocks = picker.pick(A, seed, 9)
    expect(piecesOf(blocks)).toEqual(new Set([1]))
    deliver(picker, A, blocks)
    picker.pieceVerified(1)
    expect(picker.done).toBe(true)
  })

  it('counts the connected peers that have a piece', () => {
    const { picker } = given()
    const has = bitfieldOf(4, [1])
    picker.addPeer(has)
    expect([picker.copies(0), picker.copies(1)]).toEqual([1, 2])
  })

  it('looks again at a peer that lost one piece and got another', () => {
    const { picker, seed } = given({ pieces: 4, blocks: 1, have: [0], wanted: [0, 1] })
    picker.removePeer(seed)
    const has = bitfieldOf(4, [2])
    picker.addPeer(has)
    expect(picker.pick(A, has, 1)).toEqual([])
    has.clear(2)
    picker.peerLost(has, 2)
    has.set(1)
    picker.peerGained(1)
    expect(piecesOf(picker.pick(A, has, 1))).toEqual(new Set([1]))
  })

  it('goes through partial, checking and verified', () => {
    const { picker, seed } = given({ pieces: 1, blocks: 3 })
    const blocks = picker.pick(A, seed, 9)
    expect(blocks).toHaveLength(2)
    expect([picker.isPartial(0), picker.isChecking(0)]).toEqual([true, false])
    expect(blocks.map(block => picker.received(A, block))).toEqual(['accepted', 'completed'])
    expect([picker.isPartial(0), picker.isChecking(0), picker.done]).toEqual([false, true, false])
    expect(blocks.map(block => picker.received(A, block))).toEqual(['duplicate', 'duplicate'])
    expect(picker.pick(B, seed, 9)).toEqual([])
    picker.pieceVerified(0)
    expect([picker.isChecking(0), picker.done]).toEqual([false, true])
    expect(picker.isInteresting(seed)).toBe(false)
    expect(picker.received(A, { piece: 0, offset: 0, length: 16_384 })).toBe('duplicate')
  })

  it('expects a block only of whom it was asked, exactly as asked, and once', () => {
    const { picker, seed } = given()
    const block = firstOf(picker.pick(A, seed, 1))
    expect(picker.expects(A, block)).toBe(true)
    expect(picker.expects(B, block)).toBe(false)
    expect(picker.received(B, block)).toBe('unwanted')
    for (const other of [
      { ...block, length: 1 },
      { ...block, offset: 1 },
      { ...block, offset: 2 ** 31 },
      { ...block, piece: 2 ** 32 - 1 },
    ]) {
      expect(picker.expects(A, other)).toBe(false)
      expect(picker.received(A, other)).toBe('unwanted')
    }
    picker.received(A, block)
    expect(picker.expects(A, block)).toBe(false)
  })

  it('asks others for what a peer that choked was asked for', () => {
    const { picker, seed } = given({ have: [3] })
    const asked = picker.pick(A, seed, 3)
    expect(picker.releaseAll(A)).toEqual(asked)
    expect(picker.isPartial(asked[0]?.piece ?? -1)).toBe(false)
    expect(picker.pick(B, seed, 3)).toHaveLength(3)
    picker.releaseAll(B)
    expect(picker.pick(A, seed, 4)).toHaveLength(4)
  })

  it('picks only what is wanted', () => {
    const { picker, seed } = given({ pieces: 6, blocks: 2, wanted: [1, 4] })
    expect([picker.wants(1), picker.wants(2)]).toEqual([true, false])
    expect(piecesOf(picker.pick(A, seed, 9))).toEqual(new Set([1, 4]))
  })

  it('begins no more pieces than it may, and goes on with partial ones', () => {
    const { picker, seed } = given({ blocks: 2, wanted: [0, 1, 2] })
    expect(picker.pick(A, seed, 9, 0)).toEqual([])
    const [first, second] = picker.pick(A, seed, 3, 2)
    expect([first?.piece, picker.partialCount]).toEqual([second?.piece, 2])
    expect(picker.pick(B, seed, 9, 0)).toHaveLength(1)
  })

  it('gives up the partial piece with the fewest blocks of those that nobody is asked for, if that helps', () => {
    const { picker, seed } = given({ have: [3], wanted: [0, 1, 2] })
    const blocks = picker.pick(A, seed, 8)
    const [more = -1, less = -1] = piecesOf(blocks)
    deliver(picker, A, [...blocks.slice(0, 2), ...blocks.slice(4, 5)])
    expect(picker.giveUpFor(seed)).toBeUndefined()
    picker.releaseAll(A)
    const leech = bitfieldOf(4, [more, less])
    picker.addPeer(leech)
    expect(picker.giveUpFor(leech)).toBeUndefined()
    expect(picker.giveUpFor(seed)).toBe(less)
    expect([picker.isPartial(more), picker.isPartial(less)]).toEqual([true, false])
    expect(picker.pick(B, leech, 99)).toHaveLength(6)
  })

  it('is interested in a peer exactly while that has something to give', () => {
    const { picker } = given({ pieces: 20, have: [0, 1], wanted: [0, 1, 2, 9, 17] })
    const leech = bitfieldOf(20, [1, 5])
    picker.addPeer(leech)
    expect(picker.isInteresting(leech)).toBe(false)
    leech.set(17)
    picker.peerGained(17)
    expect(picker.isInteresting(leech)).toBe(true)
    leech.set(2)
    picker.peerGained(2)
    picker.pieceVerified(17)
    expect(picker.isInteresting(leech)).toBe(true)
    picker.pieceVerified(2)
    expect(picker.isInteresting(leech)).toBe(false)
  })
})

describe('blocks that another owes', () => {
  const always = (): boolean => true

  it('are taken over last first, of the piece begun last or first, never twice by one peer', () => {
    const { picker, seed } = given({ pieces: 3, blocks: 3, wanted: [0, 1] })
    const asked = picker.pick(A, seed, 6)
    expect(picker.pick(B, seed, 6)).toEqual([])
    expect(picker.takeOver(B, seed, 2, 'newest', always)).toEqual([asked[5], asked[4]])
    expect(picker.takeOver(B, seed, 9, 'newest', always)).toEqual([asked[3], asked[2], asked[1], asked[0]])
    expect(picker.takeOver(B, seed, 9, 'newest', always)).toEqual([])
    expect(picker.takeOver(C, seed, 2, 'oldest', always)).toEqual([asked[2], asked[1]])
    for (const block of asked) expect([A, B].map(peer => picker.expects(peer, block))).toEqual([true, true])
  })

  it('are taken over where that is said to be worth it, all who owe it considered', () => {
    const { picker, seed } = given({ pieces: 1, blocks: 4 })
    const asked = picker.pick(A, seed, 9)
    picker.takeOver(B, seed, 1, 'newest', owners => owners.join() === '1')
    const seen: string[] = []
    const some = picker.takeOver(C, seed, 9, 'newest', owners => seen.push(owners.join()) === 2)
    expect(seen).toEqual(['1,2', '1', '1'])
    expect(some).toEqual([asked[1]])
  })

  it('are not taken over by who lacks the piece, nor those that have come', () => {
    const { picker, seed } = given({ pieces: 1, blocks: 4 })
    const asked = picker.pick(A, seed, 9)
    deliver(picker, A, asked.slice(0, 2))
    const nothing = new Bitfield(1)
    picker.addPeer(nothing)
    expect(picker.takeOver(B, nothing, 9, 'newest', always)).toEqual([])
    expect(picker.takeOver(C, seed, 9, 'newest', always)).toEqual([asked[2]])
    deliver(picker, A, asked.slice(2))
    expect(picker.takeOver(B, seed, 9, 'newest', always)).toEqual([])
  })

  it('count from whoever is first, who else was asked is named to be sent a cancel', () => {
    const { picker, seed } = given({ pieces: 1, blocks: 3 })
    const blocks = picker.pick(A, seed, 9)
    const block = firstOf(blocks)
    const last = firstOf(blocks.slice(1))
    picker.takeOver(B, seed, 9, 'newest', always)
    const late: number[] = []
    expect(picker.received(B, block, late)).toBe('accepted')
    expect(late).toEqual([A])
    expect(picker.expects(A, block)).toBe(false)
    expect(picker.received(A, block)).toBe('duplicate')
    picker.releaseAll(B)
    expect(picker.expects(A, last)).toBe(true)
    expect(picker.received(A, last)).toBe('completed')
    expect(picker.sendersOf(0)).toEqual([B, A])
  })
})

describe('the pace of a piece', () => {
  it('keeps slow peers out of the pieces of others, and these out of theirs', () => {
    const { picker, seed } = given({ pieces: 9, blocks: 4, have: [8] })
    const brisk = piecesOf(picker.pick(A, seed, 2, 9, 'brisk'))
    const slow = piecesOf(picker.pick(B, seed, 2, 9, 'slow'))
    expect(slow).not.toEqual(brisk)
    expect(piecesOf(picker.pick(C, seed, 1, 9, 'slow'))).toEqual(slow)
    expect(piecesOf(picker.pick(C + 1, seed, 1, 9, 'brisk'))).toEqual(brisk)
  })

  it('counts for nothing where there is nothing else, nor before the first piece is there', () => {
    const { picker, seed } = given({ pieces: 9, blocks: 4, have: [8] })
    const slow = piecesOf(picker.pick(A, seed, 1, 9, 'slow'))
    expect(piecesOf(picker.pick(B, seed, 1, 0, 'brisk'))).toEqual(slow)
    const fresh = given({ pieces: 9, blocks: 4 })
    const first = piecesOf(fresh.picker.pick(A, fresh.seed, 1, 9, 'slow'))
    expect(piecesOf(fresh.picker.pick(B, fresh.seed, 1, 9, 'brisk'))).toEqual(first)
  })
})

describe('a piece that failed its hash', () => {
  function failed(from: 'others' | 'alone'): { picker: Picker; seed: Bitfield } {
    const { picker, seed } = given({ pieces: 5, blocks: 4, have: [1, 2, 3, 4] })
    deliver(picker, A, picker.pick(A, seed, 2))
    deliver(picker, B, picker.pick(B, seed, 2))
    expect(picker.sendersOf(0)).toEqual([A, A, B, B])
    picker.pieceFailed(0, from)
    return { picker, seed }
  }

  it('is missing again, all of it', () => {
    const { picker, seed } = failed('others')
    expect([picker.isPartial(0), picker.isChecking(0), picker.wants(0)]).toEqual([false, false, true])
    expect(picker.pick(C, seed, 9)).toHaveLength(4)
  })

  it('comes from others than those who sent it, though they ask first', () => {
    const { picker, seed } = given({ pieces: 5, blocks: 2, have: [3, 4] })
    const blocks = picker.pick(A, seed, 2)
    const bad = firstOf(blocks).piece
    deliver(picker, A, blocks)
    picker.pieceFailed(bad, 'others')
    expect(piecesOf(picker.pick(A, seed, 3)).has(bad)).toBe(false)
    expect(picker.pickFrom(A, seed, [bad], 9)).toEqual([])
    expect(piecesOf(picker.pick(B, seed, 9)).has(bad)).toBe(true)
    expect(picker.takeOver(A, seed, 9, 'newest', () => true).some(block => block.piece === bad)).toBe(false)
    expect(picker.takeOver(C, seed, 9, 'newest', () => true).some(block => block.piece === bad)).toBe(true)
  })

  it('comes from those who sent it where there is nothing else for them', () => {
    const { picker, seed } = failed('others')
    expect(picker.pick(A, seed, 1)).toHaveLength(1)
    expect(picker.pick(B, seed, 9)).toHaveLength(3)
  })

  it('comes from one alone, if need be: the first to pick from it, and nobody takes it over', () => {
    const { picker, seed } = failed('alone')
    expect(picker.pick(C, seed, 1)).toHaveLength(1)
    expect(picker.pick(B, seed, 9)).toEqual([])
    expect(picker.pick(C, seed, 9)).toHaveLength(3)
    expect(picker.pick(B, seed, 9)).toEqual([])
    expect(picker.takeOver(C + 1, seed, 9, 'newest', () => true)).toEqual([])
  })

  it('begins again with another where its one peer does not deliver, and with nobody where there is no such piece', () => {
    const { picker, seed } = failed('alone')
    const asked = picker.pick(C, seed, 2)
    deliver(picker, C, asked.slice(0, 1))
    expect(picker.takeAlone(B, seed, 9, () => false)).toBeUndefined()
    expect(picker.takeAlone(C, seed, 9, () => true)).toBeUndefined()
    const taken = picker.takeAlone(B, seed, 3, owner => owner === C)
    expect(taken).toMatchObject({ piece: firstOf(asked).piece, owner: C, released: asked.slice(1) })
    expect(taken?.blocks).toHaveLength(3)
    expect(asked.map(block => picker.expects(C, block))).toEqual([false, false])
    expect(picker.pick(C, seed, 9)).toEqual([])
    const rest = picker.pick(B, seed, 9)
    deliver(picker, B, [...(taken?.blocks ?? []), ...rest])
    expect(new Set(picker.sendersOf(firstOf(asked).piece))).toEqual(new Set([B]))
    expect(picker.takeAlone(A, seed, 9, () => true)).toBeUndefined()
  })

  it('is taken over by who sent it, too, where there is nothing else to take over', () => {
    const { picker, seed } = failed('others')
    const asked = picker.pick(C, seed, 9)
    expect(picker.takeOver(A, seed, 9, 'oldest', () => true)).toHaveLength(asked.length)
  })

  it('goes to another when that one leaves', () => {
    const { picker, seed } = failed('alone')
    deliver(picker, A, picker.pick(A, seed, 1))
    picker.releaseAll(A)
    expect(picker.pick(B, seed, 1)).toHaveLength(1)
    expect(picker.pick(A, seed, 9)).toEqual([])
    picker.releaseAll(B)
    expect(picker.pick(A, seed, 9)).toHaveLength(3)
  })

  it('comes from one alone after it failed twice, and is an ordinary piece once verified', () => {
    const { picker, seed } = failed('others')
    deliver(picker, C, picker.pick(C, seed, 9))
    picker.pieceFailed(0, 'others')
    expect(picker.pick(B, seed, 1)).toHaveLength(1)
    expect(picker.pick(A, seed, 1)).toEqual([])
    deliver(picker, B, [...picker.pick(B, seed, 9)])
    picker.pieceVerified(0)
    expect(picker.done).toBe(true)
    picker.pieceFailed(0, 'others')
    expect(picker.done).toBe(true)
  })
})
