import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'

describe('the wire form', () => {
  it('has the first piece in the highest bit (BEP 3)', () => {
    const field = new Bitfield(10)
    field.set(0)
    field.set(9)
    expect([...field.bytes]).toEqual([0b1000_0000, 0b0100_0000])
    expect(Bitfield.from(field.bytes, 10)?.count).toBe(2)
  })

  it.each([
    ['too short', [0xff], 10],
    ['too long', [0xff, 0, 0], 10],
    ['with a spare bit set', [0xff, 0b0010_0000], 10],
    ['with the last spare bit set', [0, 1], 10],
  ])('is refused %s', (_why, bytes, length) => {
    expect(Bitfield.from(Uint8Array.from(bytes), length)).toBeUndefined()
  })

  it('is taken where every spare bit is clear, and copied', () => {
    const bytes = Uint8Array.of(0xff, 0b1100_0000)
    const field = Bitfield.from(bytes, 10)
    bytes.fill(0)
    expect(field?.complete).toBe(true)
  })
})

it('counts, finds and lists as a set of numbers does', () => {
  const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(99)), { maxLength: 200 })
  fc.assert(
    fc.property(steps, operations => {
      const field = new Bitfield(100)
      const model = new Set<number>()
      for (const [set, index] of operations) {
        if (set) expect(field.set(index)).toBe(!model.has(index))
        else expect(field.clear(index)).toBe(model.has(index))
        if (set) model.add(index)
        else model.delete(index)
      }
      expect(field.count).toBe(model.size)
      expect([...field.indices()]).toEqual([...model].sort((a, b) => a - b))
      expect(Bitfield.from(field.bytes, 100)?.count).toBe(model.size)
    }),
  )
})

it('is full with its spare bits clear', () => {
  const field = Bitfield.full(11)
  expect([...field.bytes]).toEqual([0xff, 0b1110_0000])
  expect(field.complete).toBe(true)
  expect(field.has(11)).toBe(false)
  expect(Bitfield.full(16).bytes).toEqual(Uint8Array.of(0xff, 0xff))
  expect(new Bitfield(0).complete).toBe(true)
})

it('clones without sharing', () => {
  const field = Bitfield.full(8)
  const copy = field.clone()
  copy.clear(3)
  expect(field.has(3)).toBe(true)
  expect([field.count, copy.count]).toEqual([8, 7])
})

it.each([-1, 8, 1.5, Number.NaN])('throws where piece %s is set or cleared, which is no peer’s fault', index => {
  const field = new Bitfield(8)
  expect(() => field.set(index)).toThrow(/outside a bitfield of 8/)
  expect(() => field.clear(index)).toThrow(/outside a bitfield of 8/)
})
