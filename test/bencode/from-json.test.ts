import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, hex, latin1 } from '../../src/lib/base/bytes.ts'
import { decode } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { fromJson } from '../../src/lib/bencode/from-json.ts'
import { toJson } from '../../src/lib/bencode/json.ts'
import type { BencodeValue } from '../../src/lib/bencode/value.ts'
import { arbitraryValue, errorOf } from './arbitrary.ts'

const bencode = (json: string): string => latin1(encode(fromJson(json)))

/** Values whose dictionaries have keys that mean something in the JSON, alone and beside others. */
function lookalike(): fc.Arbitrary<BencodeValue> {
  const digits = fc.uint8Array({ maxLength: 3 }).map(bytes => fromLatin1(hex(bytes)))
  const key = fc.constantFrom('hex', 'hex:', 'hex:686578', 'hex:ff', '\xff', '__proto__', '10', '9', '', '#1', '"')
  const { value } = fc.letrec<{ value: BencodeValue }>(tie => ({
    value: fc.oneof(
      { maxDepth: 3 },
      digits,
      arbitraryValue(),
      fc
        .uniqueArray(fc.tuple(key, tie('value')), { minLength: 1, maxLength: 2, selector: ([key]) => key })
        .map(entries => new Map(entries.sort((a, b) => (a[0] < b[0] ? -1 : 1)))),
    ),
  }))
  return value
}

describe('fromJson', () => {
  it.each([
    ['{"foo":"bar","hello":52}', 'd3:foo3:bar5:helloi52ee'],
    [' { "b" : 1 ,\n"a" : [ ] } ', 'd1:ale1:bi1ee'],
    ['9007199254740993', 'i9007199254740993e'],
    ['[-123456789012345678901234567890, -0, 0]', 'li-123456789012345678901234567890ei0ei0ee'],
    ['"\\u00e9 1 -2 \\" \\\\"', '11:\xc3\xa9 1 -2 " \\'],
    ['{"hex":"00ff"}', '2:\x00\xff'],
    ['{"hex":"FF","a":1}', 'd1:ai1e3:hex2:FFe'],
    ['{"hex":{"hex":"ff"}}', 'd3:hex1:\xffe'],
    ['{"hex:686578":"ff"}', 'd3:hex2:ffe'],
    ['{"hex:ff":1,"2":2,"10":3}', 'd2:10i3e1:2i2e1:\xffi1ee'],
    ['{"__proto__":{"a":"b"}}', 'd9:__proto__d1:a1:bee'],
  ])('makes of %s', (json, expected) => {
    expect(bencode(json)).toBe(expected)
  })

  it.each([
    ['{"a":1.5}', '"1.5" is no integer'],
    ['1e3', '"1e3" is no integer'],
    ['[true]', 'bencode has no true'],
    ['{"a":null}', 'bencode has no null'],
    ['{"hex":"abc"}', '"abc" is not an even number of hexadecimal digits'],
    ['{"hex:0g":1}', '"0g" is not'],
    ['{"a":1,"hex:61":2}', 'the key "hex:61" stands twice'],
    ['{"a":1,"a":2}', 'the key "a" stands twice'],
    ['{"a":1,"\\u0061" : 2}', 'the key "a" stands twice'],
    ['[{"b":[{"\\"{":1}, {"\\"{":"}","x":{},"\\"{":2}]}]', 'the key "\\"{" stands twice'],
    ['"\\ud800"', 'half of a surrogate pair'],
    ['{"a":', 'it is not JSON'],
    ['{a:1}', 'it is not JSON'],
    ['01', 'it is not JSON'],
    ['', 'it is not JSON'],
  ])('refuses %j', (json, message) => {
    const error = errorOf(() => fromJson(json))
    expect(error.code).toBe('JSON_INVALID')
    expect(error.message).toContain(message)
  })

  it('refuses what is too deep or too long to be read back', () => {
    const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`
    expect(errorOf(() => fromJson(deep)).message).toContain('nested deeper than')
    expect(errorOf(() => fromJson('1'.repeat(5000))).message).toContain('no integer of at most 4096 digits')
  })

  it('refuses a key that stands twice in an object, wherever, and no other', () => {
    const key = fc.constantFrom('a', 'b', '"', '\\', '{', ':', '', '__proto__', '\\":')
    const { json } = fc.letrec<{ json: readonly [text: string, repeats: boolean] }>(tie => ({
      json: fc.oneof(
        { maxDepth: 4 },
        key.map(text => [JSON.stringify(text), false] as const),
        fc
          .array(tie('json'), { maxLength: 3 })
          .map(all => [`[${all.map(([text]) => text).join(' , ')}]`, all.some(([, repeats]) => repeats)] as const),
        fc.array(fc.tuple(key, tie('json')), { maxLength: 3 }).map(members => {
          const text = members.map(([name, [value]]) => `${JSON.stringify(name)} : ${value}`).join(',')
          const repeats = new Set(members.map(([name]) => name)).size < members.length
          return [`{${text}}`, repeats || members.some(([, [, inner]]) => inner)] as const
        }),
      ),
    }))
    fc.assert(
      fc.property(json, ([text, repeats]) => {
        if (repeats) expect(errorOf(() => fromJson(text)).message).toMatch(/the key ".*" stands twice/)
        else expect(() => fromJson(text)).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })

  it('gives back the bytes that toJson showed', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryValue(), lookalike()), value => {
        const bytes = encode(value)
        expect(encode(fromJson(toJson(decode(bytes))))).toEqual(bytes)
      }),
      { numRuns: 300 },
    )
  })

  it('gives back the JSON that toJson wrote', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryValue(), lookalike()), value => {
        const json = toJson(value)
        expect(toJson(decode(encode(fromJson(json))))).toBe(json)
      }),
      { numRuns: 300 },
    )
  })

  it('throws nothing but a BtError, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        try {
          encode(fromJson(text))
        } catch (error) {
          expect(error).toMatchObject({ code: 'JSON_INVALID' })
        }
      }),
    )
  })
})
