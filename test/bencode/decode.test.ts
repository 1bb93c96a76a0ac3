import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromLatin1, latin1, utf8 } from '../../src/lib/base/bytes.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { decode, decodeDocument, decodePrefix, type DecodeOptions } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { MAX_INTEGER_DIGITS } from '../../src/lib/bencode/parser.ts'
import type { BencodeValue } from '../../src/lib/bencode/value.ts'
import { arbitraryValue, errorOf, mutated } from './arbitrary.ts'

const text = (source: string, options?: DecodeOptions): BencodeValue => decode(fromLatin1(source), options)

describe('decode', () => {
  it.each([
    ['i0e', 0],
    ['i52e', 52],
    ['i-52e', -52],
    ['i999999999999999e', 999_999_999_999_999],
    ['i9007199254740991e', Number.MAX_SAFE_INTEGER],
    ['i9007199254740992e', 2n ** 53n],
    ['i-9007199254740991e', Number.MIN_SAFE_INTEGER],
    ['i-9007199254740993e', -(2n ** 53n) - 1n],
    ['i18446744073709551615e', 2n ** 64n - 1n],
    ['0:', new Uint8Array()],
    ['5:hello', utf8('hello')],
    ['10:strawberry', utf8('strawberry')],
    ['2:\xff\x00', new Uint8Array([0xff, 0])],
    ['le', []],
    ['de', new Map()],
    ['l5:helloi52ee', [utf8('hello'), 52]],
    ['lli4eei5ee', [[4], 5]],
    ['d3:foo3:bar5:helloi52ee', new Map<string, BencodeValue>([['foo', utf8('bar')], ['hello', 52]])], // prettier-ignore
    ['d0:i1e1:\xffdee', new Map<string, BencodeValue>([['', 1], ['\xff', new Map()]])], // prettier-ignore
  ])('reads %s', (source, expected) => {
    expect(text(source)).toEqual(expected)
  })

  it.each<[source: string, offset: number, message: RegExp]>([
    ['', 0, /ends where a value/],
    ['ie', 0, /no digits/],
    ['i-e', 0, /no digits/],
    ['i-0e', 0, /"-0"/],
    ['i-01e', 0, /"-0"/],
    ['i03e', 0, /leading zero/],
    ['i00e', 0, /leading zero/],
    ['i+3e', 1, /contains "\+"/],
    ['i 3e', 1, /0x20/],
    ['i3.5e', 2, /contains "\."/],
    ['i--3e', 2, /contains "-"/],
    ['i12', 3, /"e" of an integer/],
    ['i', 1, /"e" of an integer/],
    ['5:hell', 0, /5 bytes is cut off: only 4 are left/],
    ['1', 1, /":" of a string/],
    ['1x', 1, /followed by "x"/],
    ['01:a', 0, /leading zero/],
    ['00:', 0, /leading zero/],
    ['-1:a', 0, /cannot start with "-"/],
    ['99999999999999999999999999:a', 0, /past the end/],
    ['4294967296:', 0, /past the end/],
    ['l', 1, /ends where a value/],
    ['li1e', 4, /ends where a value/],
    ['d', 1, /ends where a key/],
    ['d1:a', 4, /ends where a value/],
    ['d1:ai1e', 7, /ends where a key/],
    ['d1:ae', 4, /cannot start with "e"/],
    ['di1ei2ee', 1, /a key must be a string/],
    ['dlei1ee', 1, /a key must be a string/],
    ['d1:bi1e1:ai2ee', 7, /"a" is not in sorted order/],
    ['d1:ai1e1:ai2ee', 7, /"a" stands twice/],
    ['d2:aai1e1:ai2ee', 8, /not in sorted order/],
    ['i1ei2e', 3, /3 bytes follow/],
    ['e', 0, /cannot start with "e"/],
    ['<html>', 0, /cannot start with "<"/],
  ])('refuses %j at byte %i', (source, offset, message) => {
    const error = errorOf(() => text(source))
    expect(error).toMatchObject({ code: 'BENCODE_MALFORMED', details: { offset } })
    expect(error.message).toMatch(message)
    expect(error.message).toContain(`at byte ${offset}:`)
  })

  it('takes as many digits as the limit says, and no more', () => {
    expect(text(`i${'9'.repeat(MAX_INTEGER_DIGITS)}e`)).toBe(10n ** BigInt(MAX_INTEGER_DIGITS) - 1n)
    expect(() => text(`i1${'0'.repeat(MAX_INTEGER_DIGITS)}e`)).toThrow(/more than 4096 digits/)
  })

  it('counts nesting against the depth limit', () => {
    const nested = (depth: number): string => 'l'.repeat(depth) + 'e'.repeat(depth)
    expect(text(nested(100))).toHaveLength(1)
    expect(errorOf(() => text(nested(101)))).toMatchObject({ details: { offset: 100 } })
    expect(() => text('lllleeee', { maxDepth: 3 })).toThrow(/deeper than 3/)
    expect(text('i1e', { maxDepth: 0 })).toBe(1)
  })

  it('does not spend the stack on nesting, however deep the caller allows it', () => {
    expect(text('l'.repeat(200_000) + 'e'.repeat(200_000), { maxDepth: 1e9 })).toHaveLength(1)
  })

  it('counts keys and values against the token limit', () => {
    expect(() => text('d1:ali1ei2eee', { maxTokens: 5 })).not.toThrow()
    expect(() => text('d1:ali1ei2eee', { maxTokens: 4 })).toThrow(/more than 4 values/)
    expect(text(`l${'0:'.repeat(2_999_999)}e`)).toHaveLength(2_999_999)
    expect(() => text(`l${'0:'.repeat(3_000_000)}e`)).toThrow(/more than 3000000 values/)
  })

  it('copies nothing: strings are views into the input, and never Buffers', () => {
    const input = Buffer.from('l5:helloe')
    const value = decode(input)
    input[3] = 'j'.charCodeAt(0)
    expect(value).toEqual([utf8('jello')])
    expect(Buffer.isBuffer(Array.isArray(value) ? value[0] : undefined)).toBe(false)
  })

  it('reads a view at an offset of a larger buffer', () => {
    expect(decode(utf8('xxi7e4:spamxx').subarray(5, 11))).toEqual(utf8('spam'))
  })
})

describe('lenient decoding', () => {
  it('accepts unsorted and duplicate keys and reports each where it stands', () => {
    const seen: [string, number, string][] = []
    const value = text('d1:bi1e1:ai2e1:bi3e1:ci4ee', {
      lenient: true,
      onIrregular: (message, offset, kind) => seen.push([message, offset, kind]),
    })
    expect([...(value instanceof Map ? value : [])]).toEqual([['b', 1], ['a', 2], ['c', 4]]) // prettier-ignore
    expect(seen).toEqual([
      ['the key "a" is not in sorted order', 7, 'unsorted'],
      ['the key "b" stands twice in a dictionary', 13, 'duplicate'],
    ])
  })

  it('shows the beginning of a key that is long', () => {
    const seen: string[] = []
    text(`d41:${'k'.repeat(41)}i1e40:${'a'.repeat(40)}i2ee`, { lenient: true, onIrregular: it => seen.push(it) })
    text(`d41:${'k'.repeat(41)}i1e41:${'a'.repeat(41)}i2ee`, { lenient: true, onIrregular: it => seen.push(it) })
    expect(seen).toEqual(['', '…'].map(rest => `the key "${'a'.repeat(40)}${rest}" is not in sorted order`))
  })

  it('lets the first of duplicates count, in the value and in the range, whatever their type', () => {
    const { value, ranges } = decodeDocument(utf8('d1:ai1e1:ald1:xi2eee1:ai3ee'), { lenient: true })
    expect(value).toEqual(new Map([['a', 1]]))
    expect(ranges).toEqual(new Map([['a', { start: 4, end: 7 }]]))
  })

  it('is lenient about nothing else', () => {
    for (const source of ['i03e', '01:a', 'i-0e', 'di1ei2ee', 'i1e ']) {
      expect(() => text(source, { lenient: true })).toThrow(BtError)
    }
  })
})

describe('decodePrefix', () => {
  it('stops at the end of the first value', () => {
    const input = utf8('d8:msg_typei1e5:piecei0eetrailing')
    const { value, end } = decodePrefix(input)
    expect(value).toEqual(new Map([['msg_type', 1], ['piece', 0]])) // prettier-ignore
    expect(latin1(input.subarray(end))).toBe('trailing')
  })
})

describe('decodeDocument', () => {
  it('gives the raw range of every value of the outermost dictionary only', () => {
    const source = 'd1:ad1:xd1:yleee1:bi10e1:cl1:de1:e3:endee'.slice(0, -1)
    const { ranges } = decodeDocument(utf8(source))
    expect([...ranges].map(([key, { start, end }]) => [key, source.slice(start, end)])).toEqual([
      ['a', 'd1:xd1:yleee'],
      ['b', 'i10e'],
      ['c', 'l1:de'],
      ['e', '3:end'],
    ])
  })

  it('has no ranges where the outermost value is no dictionary', () => {
    expect(decodeDocument(utf8('ld1:ai1eee')).ranges.size).toBe(0)
  })

  it('gives ranges that decode to the values themselves', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), arbitraryValue()), dict => {
        const bytes = encode(new Map(Object.entries(dict).map(([key, value]) => [latin1(utf8(key)), value])))
        const { value, ranges } = decodeDocument(bytes)
        expect(value instanceof Map && value.size).toBe(ranges.size)
        for (const [key, { start, end }] of ranges) {
          expect(decode(bytes.subarray(start, end))).toEqual(value instanceof Map ? value.get(key) : undefined)
        }
      }),
    )
  })
})

describe('properties', () => {
  it('decodes what it encoded, and encodes what it decoded', () => {
    fc.assert(
      fc.property(arbitraryValue(), value => {
        const bytes = encode(value)
        const decoded = decode(bytes)
        expect(decoded).toEqual(value)
        expect(encode(decoded)).toEqual(bytes)
      }),
      { numRuns: 500 },
    )
  })

  it('accepts only canonical bytes: what decodes strictly encodes to the same bytes', () => {
    fc.assert(
      fc.property(mutated(arbitraryValue().map(encode)), bytes => {
        let value: BencodeValue
        try {
          value = decode(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(BtError)
          return
        }
        expect(encode(value)).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it('throws only BtError, with an offset inside the input, for arbitrary bytes', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .array(fc.constantFrom(...Array.from('dlei0123456789:-a')), { maxLength: 64 })
        .map(chars => utf8(chars.join(''))),
    )
    fc.assert(
      fc.property(noise, fc.boolean(), (bytes, lenient) => {
        try {
          decodePrefix(bytes, { lenient })
        } catch (error) {
          expect(error).toBeInstanceOf(BtError)
          const offset = error instanceof BtError ? Number(error.details['offset']) : Number.NaN
          expect(offset).toBeGreaterThanOrEqual(0)
          expect(offset).toBeLessThanOrEqual(bytes.length)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('refuses every proper prefix of a value', () => {
    fc.assert(
      fc.property(arbitraryValue(), value => {
        const bytes = encode(value)
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decode(bytes.subarray(0, length))).toThrow(BtError)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('finds the end of a value whatever follows it', () => {
    fc.assert(
      fc.property(arbitraryValue(), fc.uint8Array({ maxLength: 8 }), (value, rest) => {
        const bytes = encode(value)
        expect(decodePrefix(concat([bytes, rest]))).toEqual({ value, end: bytes.length })
      }),
    )
  })
})
