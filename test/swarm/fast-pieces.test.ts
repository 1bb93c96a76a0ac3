import { describe, expect, it } from 'vitest'
import { FastPieces } from '../../src/lib/swarm/fast-pieces.ts'

describe('FastPieces', () => {
  it('keeps no more of what a peer names than is of use', () => {
    const fast = new FastPieces()
    for (let piece = 0; piece < 1000; piece++) {
      fast.allow(piece)
      fast.suggest(piece)
    }
    expect([fast.allowed.size, fast.suggested.length]).toEqual([64, 16])
    expect(fast.suggested.slice(0, 2)).toEqual([999, 998])
  })

  it('has each suggestion once, the latest first, until it is taken back', () => {
    const fast = new FastPieces()
    for (const piece of [1, 2, 3, 1]) fast.suggest(piece)
    expect(fast.suggested).toEqual([1, 3, 2])
    fast.unsuggest(3)
    fast.unsuggest(9)
    expect(fast.suggested).toEqual([1, 2])
  })

  it('pauses for a second after a refusal, and twice as long after each further one, up to a minute', () => {
    const fast = new FastPieces()
    const pauses = []
    for (let now = 0, n = 0; n < 8; now = fast.pausedUntil, n++) {
      expect(fast.refused(n, now)).toBe('first')
      pauses.push(fast.pausedUntil - now)
    }
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000])
    fast.served()
    expect(fast.pausedUntil).toBe(0)
    fast.refused(9, 500_000)
    expect(fast.pausedUntil).toBe(501_000)
  })

  it('notices a piece that is refused again, but not the rest of what was asked for at once', () => {
    const fast = new FastPieces()
    expect([fast.refused(3, 0), fast.refused(3, 0), fast.refused(4, 999)]).toEqual(['first', 'first', 'first'])
    expect(fast.pausedUntil).toBe(1000)
    expect([fast.refused(3, 1000), fast.refused(4, 9000), fast.refused(3, 90_000)]).toEqual(['again', 'first', 'first'])
  })
})
