import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { BLOCK_LENGTH, type Block } from '../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'
import { PieceBuffers } from '../../src/lib/swarm/piece-buffers.ts'

const [A, B, C] = [1, 2, 3] as const
const LAYOUT = new PieceLayout(BLOCK_LENGTH * 5 + 100, BLOCK_LENGTH * 2)

function block(piece: number, n: number): Block {
  return LAYOUT.block(piece, n)
}

function fill(target: Uint8Array | undefined, value: number): void {
  expect(target).toBeDefined()
  target?.fill(value)
}

function contentOf(data: Uint8Array): readonly number[] {
  return [...new Set(data)]
}

describe('PieceBuffers', () => {
  it('has a peer write straight into the block’s place', () => {
    const buffers = new PieceBuffers(LAYOUT)
    const target = buffers.target(A, block(1, 1))
    expect(target).toHaveLength(BLOCK_LENGTH)
    fill(target, 7)
    expect(buffers.settle(A, block(1, 1))).toBeUndefined()
    const data = buffers.take(1)
    expect(data).toHaveLength(BLOCK_LENGTH * 2)
    expect(contentOf(data.subarray(BLOCK_LENGTH))).toEqual([7])
  })

  it('knows that the last piece and its last block are short', () => {
    const buffers = new PieceBuffers(LAYOUT)
    expect(buffers.target(A, block(2, 1))).toHaveLength(100)
    expect(buffers.take(2)).toHaveLength(BLOCK_LENGTH + 100)
  })

  it('keeps what a second peer sends apart until it is whole', () => {
    const buffers = new PieceBuffers(LAYOUT)
    fill(buffers.target(A, block(0, 0)), 1)
    fill(buffers.target(B, block(0, 0)), 2)
    // A wins: what B has is nowhere in the piece.
    expect(buffers.settle(A, block(0, 0))).toBeUndefined()
    buffers.forget(B, block(0, 0))
    expect(contentOf(buffers.take(0).subarray(0, BLOCK_LENGTH))).toEqual([1])
  })

  it('names the slower writer when the second peer is first, and takes its place from it', () => {
    const buffers = new PieceBuffers(LAYOUT)
    fill(buffers.target(A, block(0, 0)), 1)
    fill(buffers.target(B, block(0, 0)), 2)
    expect(buffers.settle(B, block(0, 0))).toBe(A)
    const data = buffers.take(0)
    expect(contentOf(data.subarray(0, BLOCK_LENGTH))).toEqual([2])
    // A was told to skip the rest; its claim is gone, so the next writer of that block writes in place again.
    const target = buffers.target(C, block(0, 0))
    fill(target, 3)
    expect(buffers.settle(C, block(0, 0))).toBeUndefined()
    expect(contentOf(buffers.take(0).subarray(0, BLOCK_LENGTH))).toEqual([3])
  })

  it('keeps several blocks of one chunk apart, in place and aside', () => {
    const buffers = new PieceBuffers(LAYOUT)
    fill(buffers.target(A, block(0, 0)), 1)
    fill(buffers.target(A, block(0, 1)), 2)
    fill(buffers.target(B, block(0, 0)), 3)
    fill(buffers.target(B, block(0, 1)), 4)
    expect(buffers.settle(B, block(0, 0))).toBe(A)
    expect(buffers.settle(B, block(0, 1))).toBe(A)
    const data = buffers.take(0)
    expect(contentOf(data.subarray(0, BLOCK_LENGTH))).toEqual([3])
    expect(contentOf(data.subarray(BLOCK_LENGTH))).toEqual([4])
  })

  it('leaves no claim behind when several blocks of one chunk are settled', () => {
    const buffers = new PieceBuffers(LAYOUT)
    for (const n of [0, 1]) fill(buffers.target(A, block(0, n)), 1)
    for (const n of [0, 1]) buffers.settle(A, block(0, n))
    buffers.recycle(buffers.take(0))
    for (const n of [0, 1]) fill(buffers.target(B, block(0, n)), 2)
    expect([0, 1].map(n => buffers.settle(B, block(0, n)))).toEqual([undefined, undefined])
  })

  it('has no room for a second copy from the same peer, in place or aside', () => {
    const buffers = new PieceBuffers(LAYOUT)
    fill(buffers.target(A, block(0, 0)), 1)
    expect(buffers.target(A, block(0, 0))).toBeUndefined()
    fill(buffers.target(B, block(0, 0)), 2)
    expect(buffers.target(B, block(0, 0))).toBeUndefined()
    buffers.leave(A)
    // Its copy is aside still: it must not write to both places.
    expect(buffers.target(B, block(0, 0))).toBeUndefined()
    expect(buffers.settle(B, block(0, 0))).toBeUndefined()
    expect(contentOf(buffers.take(0).subarray(0, BLOCK_LENGTH))).toEqual([2])
  })

  it('says which pieces a peer that leaves was writing into', () => {
    const buffers = new PieceBuffers(LAYOUT)
    buffers.target(A, block(0, 0))
    buffers.target(B, block(0, 0))
    buffers.target(A, block(2, 0))
    expect(buffers.leave(A)).toEqual(new Set([0, 2]))
    expect([...buffers.leave(A)]).toEqual([])
    expect([...buffers.leave(B)]).toEqual([])
  })

  it('discards the memory of a piece unless somebody writes there', () => {
    const buffers = new PieceBuffers(LAYOUT)
    const first = buffers.target(A, block(0, 0))
    buffers.discard(0)
    buffers.forget(A, block(0, 0))
    expect(buffers.take(0).buffer).toBe(first?.buffer)
    buffers.target(A, block(1, 0))
    buffers.leave(A)
    const kept = buffers.target(B, block(1, 0))
    buffers.forget(B, block(1, 0))
    buffers.discard(1)
    buffers.discard(1)
    // Recycled: the next piece gets it.
    expect(buffers.target(B, block(0, 0))?.buffer).toBe(kept?.buffer)
  })

  it('uses the memory of pieces again, and keeps no more of it than it may', () => {
    const pieceLength = 4 * 1_048_576
    const buffers = new PieceBuffers(new PieceLayout(3 * pieceLength - 100, pieceLength))
    const taken = Array.from({ length: 10 }, () => buffers.take(0))
    for (const buffer of taken) buffers.recycle(buffer)
    const again = Array.from({ length: 10 }, () => buffers.take(2))
    const reused = again.filter(buffer => taken.some(old => old.buffer === buffer.buffer))
    expect(reused).toHaveLength(8)
    expect(again.every(buffer => buffer.length === pieceLength - 100)).toBe(true)
  })

  it('ends up with the bytes of whoever settled last, and names only peers that still write', () => {
    // A model: each peer may have begun a block; what settles is what the piece holds.
    const step = fc.record({
      peer: fc.constantFrom(A, B, C),
      n: fc.constantFrom(0, 1),
      act: fc.constantFrom('begin', 'settle', 'forget', 'leave'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), steps => {
        const buffers = new PieceBuffers(LAYOUT)
        const begun = new Map<string, Uint8Array>()
        const settled = new Map<number, number>()
        for (const [index, { peer, n, act }] of steps.entries()) {
          const key = `${peer} ${n}`
          if (act === 'begin' && !settled.has(n)) {
            const target = buffers.target(peer, block(0, n))
            expect(target === undefined).toBe(begun.has(key))
            if (target !== undefined) begun.set(key, target.fill(index))
          } else if (act === 'settle' && begun.has(key) && !settled.has(n)) {
            const value = begun.get(key)?.[0] ?? -1
            const late = buffers.settle(peer, block(0, n))
            if (late !== undefined) {
              expect(begun.delete(`${late} ${n}`)).toBe(true)
              expect(late).not.toBe(peer)
            }
            begun.delete(key)
            settled.set(n, value)
            // Whoever is not done yet can not change it any more.
            for (const [other, target] of begun) if (other.endsWith(` ${n}`)) target.fill(0xee)
          } else if (act === 'forget') {
            buffers.forget(peer, block(0, n))
            begun.delete(key)
          } else if (act === 'leave') {
            buffers.leave(peer)
            for (const other of [0, 1]) begun.delete(`${peer} ${other}`)
          }
        }
        const data = buffers.take(0)
        for (const [n, value] of settled) {
          const { offset, length } = block(0, n)
          expect(contentOf(data.subarray(offset, offset + length))).toEqual([value & 0xff])
        }
      }),
    )
  })
})
