import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { latin1 } from '../../src/lib/base/bytes.ts'
import { encode, MAX_ENCODE_DEPTH } from '../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../src/lib/bencode/value.ts'
import { errorOf } from './arbitrary.ts'

const text = (value: BencodeInput): string => latin1(encode(value))

describe('encode', () => {
  it.each<[BencodeInput, string]>([
    [0, 'i0e'],
    [-0, 'i0e'],
    [-3, 'i-3e'],
    [2n ** 64n, 'i18446744073709551616e'],
    ['', '0:'],
    ['spam', '4:spam'],
    ['é', '2:\xc3\xa9'],
    [new Uint8Array([0, 255]), '2:\x00\xff'],
    [[], 'le'],
    [['a', [1]], 'l1:ali1eee'],
    [{}, 'de'],
    [new Map(), 'de'],
    [{ cow: 'moo', absent: undefined, a: { b: [] } }, 'd1:ad1:blee3:cow3:mooe'],
  ])('writes the value of case %#', (value, expected) => {
    expect(text(value)).toBe(expected)
  })

  it('sorts keys as bytes, not as UTF-16: U+FFFF (ef bf bf) comes before U+10000 (f0 90 80 80)', () => {
    expect(text({ '\u{10000}': 2, '\uffff': 1, b: 0, B: -1 })).toBe(
      'd1:Bi-1e1:bi0e3:\xef\xbf\xbfi1e4:\xf0\x90\x80\x80i2ee',
    )
  })

  it("takes a Map's keys as latin1 and a plain object's as text", () => {
    expect(text(new Map([['\xe9', 1]]))).toBe('d1:\xe9i1ee')
    expect(text({ '\xe9': 1 })).toBe('d2:\xc3\xa9i1ee')
  })

  it('gives the same bytes whatever order the keys were set in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 8 }), keys => {
        const forward = encode(Object.fromEntries(keys.map(key => [key, key])))
        const backward = encode(Object.fromEntries(keys.toReversed().map(key => [key, key])))
        expect(forward).toEqual(backward)
      }),
    )
  })

  it('writes values far larger than its first buffer', () => {
    const big = new Uint8Array(1_000_000).fill(7)
    expect(encode([big, 'end'])).toHaveLength('l1000000:3:ende'.length + 1_000_000)
  })

  it.each<[string, BencodeInput, RegExp]>([
    ['a fraction', 1.5, /1\.5 is not an integer/],
    ['an unsafe number', 2 ** 53, /use a bigint/],
    ['NaN', Number.NaN, /NaN/],
    ['a Map key beyond latin1', new Map([['ā', 1]]), /not latin1/],
  ])('refuses %s', (_, value, message) => {
    const error = errorOf(() => encode(value))
    expect(error.code).toBe('INTERNAL')
    expect(error.message).toMatch(message)
  })

  it('refuses a value that contains itself', () => {
    const loop: BencodeInput[] = []
    loop.push(loop)
    expect(errorOf(() => encode(loop)).message).toContain(`deeper than ${MAX_ENCODE_DEPTH}`)
  })
})
