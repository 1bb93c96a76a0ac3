import { describe, expect, it } from 'vitest'
import { Extent } from '../../src/lib/picker/extent.ts'

const always = (): boolean => true
const KIB = 1024

describe('Extent', () => {
  it('begins with the first of 1 MiB of small pieces, and goes on to the last', () => {
    const extent = new Extent(64 * KIB)
    expect(extent.start(37, 64, always)).toBe(32)
    expect(extent.start(32, 64, always)).toBe(32)
    expect(extent.next(32, always)).toBe(33)
    expect(extent.next(47, always)).toBeUndefined()
  })

  it('keeps to pieces that are alike', () => {
    const extent = new Extent(64 * KIB)
    expect(extent.start(37, 64, piece => piece > 34)).toBe(35)
    expect(extent.next(37, piece => piece < 38)).toBeUndefined()
  })

  it('begins where it was told to for who is asked for less than an extent', () => {
    const extent = new Extent(16 * KIB)
    expect(extent.start(70, 63, always)).toBe(70)
    expect(extent.start(70, 64, always)).toBe(64)
  })

  it('is a single piece where those are large, or their length divides nothing', () => {
    for (const length of [1024 * KIB, 600 * KIB, 16_384 * KIB]) {
      expect(new Extent(length).start(5, 10_000, always)).toBe(5)
      expect(new Extent(length).next(5, always)).toBeUndefined()
    }
    expect(new Extent(300 * KIB).start(5, 10_000, always)).toBe(3)
  })
})
