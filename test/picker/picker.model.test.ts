import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { Picker, type PieceRange } from '../../src/lib/picker/picker.ts'
import { Model, type ModelPeer } from './model.ts'
import { bitfieldOf, layoutOf, seeded } from './support.ts'

const PIECES = 7
const BLOCKS = 3
const PEERS = 4

const operation = fc.record({
  kind: fc.constantFrom(
    ...(['pick', 'pick', 'pick', 'deliver', 'deliver', 'deliver', 'verify', 'verify'] as const),
    ...(['join', 'leave', 'gain', 'stray', 'choke', 'fail', 'take over', 'take over', 'focus'] as const),
  ),
  key: fc.nat(PEERS - 1),
  which: fc.nat(1000),
  pieces: fc.uniqueArray(fc.nat(PIECES - 1)),
})
const wanted = fc.oneof(fc.constant([...Array(PIECES).keys()]), fc.uniqueArray(fc.nat(PIECES - 1)))

type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

/** A picker and its model, fed alike. */
class Pair {
  readonly model: Model
  readonly picker: Picker
  readonly have = new Bitfield(PIECES)
  #focus: PieceRange | undefined

  constructor(seed: number, wanted: Bitfield) {
    this.model = new Model(layoutOf(PIECES, BLOCKS), wanted)
    const { layout } = this.model
    this.picker = new Picker({ layout, have: this.have, wanted, random: seeded(seed) })
  }

  join(key: number, has: Bitfield): void {
    if (this.model.peers.has(key)) return
    this.model.peers.set(key, { key, has })
    this.picker.addPeer(has)
  }

  leave({ key, has }: ModelPeer): void {
    expect(new Set(this.picker.releaseAll(key))).toEqual(new Set(this.model.outstanding(key)))
    this.model.releaseAll(key)
    this.picker.removePeer(has)
    this.model.peers.delete(key)
  }

  gain({ has }: ModelPeer, piece: number): void {
    if (has.set(piece)) this.picker.peerGained(piece)
  }

  pick(peer: ModelPeer, count: number): void {
    const { model } = this
    const missing = model.missingFor(peer)
    const touched = new Set(missing.map(block => block.piece).filter(piece => model.isPartial(piece)))
    const blocks = this.picker.pick(peer.key, peer.has, count)
    expect(new Set(blocks.map(block => `${block.piece}/${block.offset}`)).size).toBe(blocks.length)
    expect(blocks).toHaveLength(Math.min(count, missing.length))
    for (const block of blocks) expect(missing).toContainEqual(block)
    if (this.#focus === undefined) this.#checkOrder(peer, blocks, touched)
    else this.#checkFocus(peer, blocks, this.#focus)
    for (const block of blocks) {
      expect([peer.has.has(block.piece), model.needed(block.piece)]).toEqual([true, true])
      model.request(peer.key, block)
    }
  }

  takeOver(peer: ModelPeer, count: number): void {
    const { model } = this
    const owed = model.owedFor(peer)
    const blocks = this.picker.takeOver(peer.key, peer.has, count, count % 2 === 0 ? 'oldest' : 'newest', owners => {
      expect(owners).not.toContain(peer.key)
      return true
    })
    expect(blocks).toHaveLength(Math.min(count, owed.length))
    for (const block of blocks) {
      expect(owed).toContainEqual(block)
      model.requesters(block).add(peer.key)
    }
  }

  focus(range: PieceRange | undefined): void {
    this.#focus = range
    this.picker.focus(range === undefined ? [] : [range])
  }

  /** Nothing else is picked while there is something in the focus, and there the first comes first. */
  #checkFocus(peer: ModelPeer, blocks: readonly { piece: number }[], { first, end }: PieceRange): void {
    const urgent = (piece: number): boolean => first <= piece && piece < end
    const left = this.model.missingFor(peer).filter(({ piece }) => urgent(piece)).length
    const picked = blocks.map(({ piece }) => piece)
    const inFocus = picked.filter(urgent)
    expect(inFocus).toHaveLength(Math.min(blocks.length, left))
    // A piece that failed may be left to another peer, or be begun for others.
    const clean = inFocus.filter(piece => this.model.piece(piece).failures === 0)
    expect(clean).toEqual([...clean].sort((a, b) => a - b))
    expect(picked.slice(0, inFocus.length)).toEqual(inFocus)
  }

  /** Partial pieces come before the others, and of those the rarest; one that failed may have been begun, and left, before. */
  #checkOrder(peer: ModelPeer, blocks: readonly { piece: number }[], touched: ReadonlySet<number>): void {
    const { model } = this
    const fresh = (piece: number): boolean => !touched.has(piece) && model.piece(piece).failures === 0
    const begun = [...new Set(blocks.map(block => block.piece))].filter(fresh)
    if (begun.length === 0) return
    const picked = (piece: number): number => blocks.filter(block => block.piece === piece).length
    for (const piece of touched) {
      const missing = model.missingFor(peer).filter(block => block.piece === piece).length
      expect(picked(piece)).toBe(missing)
    }
    if (model.have.count === 0) return
    const left = model
      .missingFor(peer)
      .map(block => block.piece)
      .filter(piece => fresh(piece) && !begun.includes(piece))
    const highest = Math.max(...begun.map(piece => model.availability(piece)))
    for (const piece of left) expect(model.availability(piece)).toBeGreaterThanOrEqual(highest)
  }

  deliver({ key }: ModelPeer, which: number): void {
    const outstanding = this.model.outstanding(key)
    const block = outstanding[which % Math.max(1, outstanding.length)]
    if (block === undefined) return
    const others = [...this.model.requesters(block)].filter(other => other !== key)
    const late: number[] = []
    expect(this.picker.received(key, block, late)).toBe(this.model.receive(key, block))
    expect(new Set(late)).toEqual(new Set(others))
  }

  /** A block that the peer was not asked for. */
  stray(key: number, which: number): void {
    const { model } = this
    const piece = which % PIECES
    const n = which % model.layout.blockCount(piece)
    const block = model.layout.block(piece, n)
    if (model.requesters(block).has(key)) return
    const known = model.have.has(piece) || model.piece(piece).from[n] !== undefined
    expect(this.picker.received(key, block)).toBe(known ? 'duplicate' : 'unwanted')
  }

  settle(which: number, outcome: 'verified' | 'failed'): void {
    const piece = [...this.model.checking][which % Math.max(1, this.model.checking.size)]
    if (piece === undefined) return
    if (outcome === 'verified') this.picker.pieceVerified(piece)
    else this.picker.pieceFailed(piece, 'others')
    this.model.settle(piece, outcome)
  }

  apply({ kind, key, which, pieces }: Operation): void {
    const peer = this.model.peers.get(key)
    if (kind === 'join') return this.join(key, which % 3 === 0 ? Bitfield.full(PIECES) : bitfieldOf(PIECES, pieces))
    if (kind === 'verify') return this.settle(which, 'verified')
    if (kind === 'fail') return this.settle(which, 'failed')
    if (kind === 'stray') return this.stray(key, which)
    if (kind === 'focus') return this.focus(pieces.length < 2 ? undefined : rangeOf(pieces))
    if (peer === undefined) return
    if (kind === 'leave') return this.leave(peer)
    if (kind === 'gain') return this.gain(peer, which % PIECES)
    if (kind === 'pick') return this.pick(peer, which % 8)
    if (kind === 'take over') return this.takeOver(peer, which % 8)
    if (kind === 'deliver') return this.deliver(peer, which)
    this.model.releaseAll(key)
    this.picker.releaseAll(key)
  }

  /** One comparison for all, as a matcher costs far more than what it compares. */
  check(): void {
    const { model, picker } = this
    const needed = Array.from({ length: PIECES }, (_, piece) => piece).filter(piece => model.needed(piece))
    const seen: unknown[] = [[...this.have.indices()], picker.done]
    const expected: unknown[] = [[...model.have.indices()], needed.length === 0]
    for (const { has } of model.peers.values()) {
      seen.push(picker.isInteresting(has))
      expected.push(needed.some(piece => has.has(piece)))
    }
    for (let piece = 0; piece < PIECES; piece++) {
      seen.push([picker.isPartial(piece), picker.isChecking(piece), [...picker.sendersOf(piece)]])
      expected.push([model.isPartial(piece), model.checking.has(piece), [...model.senders(piece)]])
      this.#compareRequesters(piece, seen, expected)
    }
    expect(seen).toEqual(expected)
  }

  #compareRequesters(piece: number, seen: unknown[], expected: unknown[]): void {
    const { model, picker } = this
    for (let n = 0; n < model.layout.blockCount(piece); n++) {
      const block = model.layout.block(piece, n)
      const requesters = [...model.requesters(block)]
      for (let key = 0; key < PEERS; key++) {
        seen.push(picker.expects(key, block))
        expected.push(requesters.includes(key))
      }
    }
  }

  /** Seeds join, everybody delivers, every hash is right. */
  finish(): void {
    for (const peer of this.model.peers.values()) this.leave(peer)
    this.focus(undefined)
    for (let key = 0; key < PEERS; key++) this.join(key, Bitfield.full(PIECES))
    for (let round = 0; round < PIECES * BLOCKS * PEERS && !this.picker.done; round++) {
      for (const peer of this.model.peers.values()) {
        this.pick(peer, 2)
        this.deliver(peer, round)
      }
      this.settle(round, 'verified')
      this.check()
    }
    expect(this.picker.done).toBe(true)
  }
}

function rangeOf(pieces: readonly number[]): PieceRange {
  return { first: Math.min(...pieces), end: Math.max(...pieces) + 1 }
}

describe('Picker', () => {
  it('does as the model does, whatever happens, and finishes', () => {
    fc.assert(
      fc.property(
        fc.array(operation, { minLength: 10, maxLength: 80 }),
        fc.integer(),
        wanted,
        (operations, seed, some) => {
          const pair = new Pair(seed, bitfieldOf(PIECES, some))
          pair.join(0, Bitfield.full(PIECES))
          for (const step of operations) {
            pair.apply(step)
            pair.check()
          }
          pair.finish()
        },
      ),
      { numRuns: 60 },
    )
  })
})
