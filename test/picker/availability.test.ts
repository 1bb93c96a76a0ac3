import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { Availability } from '../../src/lib/picker/availability.ts'
import { bitfieldOf, CountingBitfield, seeded } from './support.ts'

const PIECES = 40

/** Counts by looking at every peer, every time. */
class Naive {
  readonly peers: Bitfield[] = []
  readonly offered = new Set<number>()

  of(piece: number): number {
    return this.peers.filter(peer => peer.has(piece)).length
  }

  /** How many peers have the rarest piece on offer that this peer has. */
  lowest(has: Bitfield): number | undefined {
    const counts = [...this.offered].filter(piece => has.has(piece)).map(piece => this.of(piece))
    return counts.length === 0 ? undefined : Math.min(...counts)
  }
}

const operation = fc.record({
  kind: fc.constantFrom('join', 'joinMany', 'seed', 'leave', 'gain', 'lose', 'offer', 'withdraw', 'reset'),
  which: fc.nat(1000),
  pieces: fc.uniqueArray(fc.nat(PIECES - 1), { maxLength: 6 }),
})
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never

function apply(it: Availability, model: Naive, { kind, which, pieces }: Operation): void {
  const peer = model.peers[which % Math.max(1, model.peers.length)]
  const piece = which % PIECES
  switch (kind) {
    case 'join':
    case 'joinMany':
    case 'seed': {
      const bits = kind === 'join' ? bitfieldOf(PIECES, pieces) : Bitfield.full(PIECES)
      if (kind === 'joinMany') for (const lacking of pieces) bits.clear(lacking)
      model.peers.push(bits)
      return it.addPeer(bits)
    }
    case 'leave':
      if (peer === undefined) return
      model.peers.splice(model.peers.indexOf(peer), 1)
      return it.removePeer(peer)
    case 'gain':
      if (peer?.set(piece) === true) it.gained(piece)
      return
    case 'lose':
      if (peer?.clear(piece) === true) it.lost(peer, piece)
      return
    case 'offer':
      model.offered.add(piece)
      return it.offer(piece)
    case 'withdraw':
      model.offered.delete(piece)
      return it.withdraw(piece)
    case 'reset':
      model.offered.clear()
      for (const one of pieces) model.offered.add(one)
      it.reset(bitfieldOf(PIECES, pieces))
  }
}

function check(it: Availability, model: Naive): void {
  for (let piece = 0; piece < PIECES; piece++) expect(it.of(piece)).toBe(model.of(piece))
  expect(it.obtainable).toBe([...model.offered].some(piece => model.of(piece) > 0))
  for (const peer of model.peers) {
    const rarest = it.rarest(peer)
    expect(rarest === undefined ? undefined : model.of(rarest)).toBe(model.lowest(peer))
    for (const found of [rarest, it.any(peer)]) {
      expect(found === undefined).toBe(model.lowest(peer) === undefined)
      if (found !== undefined) expect(peer.has(found) && model.offered.has(found)).toBe(true)
    }
  }
}

describe('Availability', () => {
  it('agrees with counting every peer, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), fc.integer(), (operations, seed) => {
        const model = new Naive()
        const it = new Availability(PIECES, seeded(seed))
        it.reset(Bitfield.full(PIECES))
        for (let piece = 0; piece < PIECES; piece++) model.offered.add(piece)
        for (const step of operations) {
          apply(it, model, step)
          check(it, model)
        }
      }),
      { numRuns: 150 },
    )
  })

  it('counts a seed without reading its bitfield', () => {
    const it = new Availability(PIECES, seeded(1))
    const seed = Bitfield.full(PIECES)
    Object.defineProperty(seed, 'bytes', { get: () => expect.unreachable('the bitfield was read') })
    it.addPeer(seed)
    it.addPeer(seed)
    expect(it.of(7)).toBe(2)
    it.removePeer(seed)
    it.removePeer(seed)
    expect(it.of(7)).toBe(0)
  })

  it('counts out a leech that became a seed piece by piece', () => {
    const it = new Availability(2, seeded(1))
    const bits = new Bitfield(2)
    it.addPeer(bits)
    for (const piece of [0, 1]) {
      bits.set(piece)
      it.gained(piece)
    }
    it.removePeer(bits)
    expect([it.of(0), it.of(1)]).toEqual([0, 0])
  })

  it('breaks ties at random and evenly, and repeats itself for a seed', () => {
    const draw = (seed: number): number | undefined => {
      const it = new Availability(10, seeded(seed))
      it.reset(bitfieldOf(10, [1, 3, 5, 7]))
      const peer = Bitfield.full(10)
      it.addPeer(peer)
      return it.rarest(peer)
    }
    const drawn = Array.from({ length: 4000 }, (_, seed) => draw(seed))
    expect(drawn.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, seed) => draw(seed)))
    for (const piece of [1, 3, 5, 7]) {
      const share = drawn.filter(one => one === piece).length
      expect(share).toBeGreaterThan(850)
      expect(share).toBeLessThan(1150)
    }
  })

  it('does not follow the order in which haves came, which all peers of a swarm see alike', () => {
    const drawn = Array.from({ length: 200 }, (_, seed) => {
      const it = new Availability(10, seeded(seed))
      it.reset(Bitfield.full(10))
      const peer = new Bitfield(10)
      it.addPeer(peer)
      for (let piece = 0; piece < 8; piece++) {
        peer.set(piece)
        it.gained(piece)
      }
      return it.rarest(peer)
    })
    expect(new Set(drawn).size).toBe(8)
  })
})

/** What taking every piece that a leech has of a torrent costs, where 20 others have half of it each. */
function takeAll(pieces: number): { looks: number; walks: number; picks: number } {
  const random = seeded(pieces)
  const it = new Availability(pieces, random)
  it.reset(Bitfield.full(pieces))
  const half = (bits: Bitfield): Bitfield => {
    for (let piece = 0; piece < pieces; piece++) if (random() < 0.5) bits.set(piece)
    return bits
  }
  for (let peer = 0; peer < 20; peer++) it.addPeer(half(new Bitfield(pieces)))
  const peer = new CountingBitfield(pieces)
  it.addPeer(half(peer))
  peer.restart()
  let picks = 0
  for (let piece = it.rarest(peer); piece !== undefined; piece = it.rarest(peer)) {
    it.withdraw(piece)
    picks++
  }
  expect(picks).toBe(peer.count)
  return { looks: peer.looks, walks: peer.walks, picks }
}

describe('what a pick costs', () => {
  it('does not grow with the torrent, even where a leech lacks half of the rare pieces', () => {
    for (const pieces of [1000, 8000, 64_000]) {
      const { looks, walks, picks } = takeAll(pieces)
      expect(looks / picks).toBeLessThan(40)
      expect(walks).toBeLessThan(picks / 200 + 5)
    }
  })

  it('is one look for a seed', () => {
    const it = new Availability(10_000, seeded(3))
    it.reset(Bitfield.full(10_000))
    const seed = new CountingBitfield(10_000)
    seed.setAll()
    it.addPeer(seed)
    seed.restart()
    for (let pick = 0; pick < 10_000; pick++) it.withdraw(it.rarest(seed) ?? -1)
    expect(seed).toMatchObject({ looks: 10_000, walks: 0 })
  })

  it('passes over what only seeds have without a look', () => {
    const it = new Availability(10_000, seeded(3))
    it.reset(Bitfield.full(10_000))
    const leech = new CountingBitfield(10_000)
    leech.set(9_000)
    it.addPeer(leech)
    leech.restart()
    expect(it.rarest(leech)).toBe(9_000)
    expect(leech).toMatchObject({ looks: 1, walks: 0 })
  })

  it('is nothing when asked in vain again', () => {
    const it = new Availability(10_000, seeded(4))
    it.reset(Bitfield.full(10_000))
    const most = Bitfield.full(10_000)
    most.clear(0)
    it.addPeer(most)
    const peer = new CountingBitfield(10_000)
    peer.set(5_000)
    it.addPeer(peer)
    expect(it.rarest(peer)).toBe(5_000)
    it.withdraw(5_000)
    expect(it.rarest(peer)).toBeUndefined()
    peer.restart()
    for (let time = 0; time < 100; time++) expect(it.rarest(peer)).toBeUndefined()
    expect(peer).toMatchObject({ looks: 0, walks: 0 })
    it.offer(5_000)
    expect(it.rarest(peer)).toBe(5_000)
    it.withdraw(5_000)
    expect(it.rarest(peer)).toBeUndefined()
    peer.set(6_000)
    it.gained(6_000)
    expect(it.rarest(peer)).toBe(6_000)
  })
})

describe('a shortlist', () => {
  const pieces = 4000
  /** A leech that lacks the rarer half: the pieces below 2000 have one other leech, those above two and more. */
  function crowd(): { it: Availability; peer: Bitfield } {
    const it = new Availability(pieces, seeded(5))
    it.reset(Bitfield.full(pieces))
    const others = bitfieldOf(
      pieces,
      Array.from({ length: 2000 }, (_, piece) => piece),
    )
    it.addPeer(others)
    const rest = Array.from({ length: 2000 }, (_, piece) => piece + 2000)
    it.addPeer(bitfieldOf(pieces, rest))
    it.addPeer(bitfieldOf(pieces, rest.slice(500)))
    const peer = bitfieldOf(pieces, rest)
    it.addPeer(peer)
    return { it, peer }
  }

  it('gives the rarest pieces first, in random order', () => {
    const { it, peer } = crowd()
    const picked: number[] = []
    for (let pick = 0; pick < 500; pick++) {
      const piece = it.rarest(peer) ?? -1
      it.withdraw(piece)
      picked.push(piece)
    }
    expect(Math.max(...picked)).toBeLessThan(2500)
    expect(picked).not.toEqual([...picked].sort((a, b) => a - b))
  })

  it('passes over what others have taken, and never gives what is not on offer', () => {
    const { it, peer } = crowd()
    const first = it.rarest(peer) ?? -1
    for (let piece = 2000; piece < 3000; piece++) it.withdraw(piece)
    const next = it.rarest(peer) ?? -1
    expect(first).toBeLessThan(2500)
    expect(next).toBeGreaterThanOrEqual(3000)
  })

  it('is dropped once a quarter of the pieces may have changed rank', () => {
    const { it, peer } = crowd()
    it.rarest(peer)
    for (let piece = 2000; piece < 2500; piece++) {
      it.gained(piece)
      it.gained(piece)
      it.gained(piece)
    }
    expect(it.rarest(peer)).toBeGreaterThanOrEqual(2500)
  })
})
