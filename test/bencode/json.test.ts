import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1 } from '../../src/lib/base/bytes.ts'
import { decode } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { toJson } from '../../src/lib/bencode/json.ts'
import { arbitraryValue } from './arbitrary.ts'

const json = (source: string): string => toJson(decode(fromLatin1(source), { lenient: true }))

describe('toJson', () => {
  it.each([
    ['d3:foo3:bar5:helloi52ee', '{"foo":"bar","hello":52}'],
    ['i-52e', '-52'],
    ['i9007199254740993e', '9007199254740993'],
    ['i-123456789012345678901234567890e', '-123456789012345678901234567890'],
    ['l5:helloi52elee', '["hello",52,[]]'],
    ['de', '{}'],
    ['2:\xc3\xa9', '"é"'],
    ['2:\xff\x00', '{"hex":"ff00"}'],
    ['4:a"\\\n', '"a\\"\\\\\\n"'],
    ['d1:bi1e1:ai2ee', '{"b":1,"a":2}'],
    ['d2:10i1e1:2i2ee', '{"10":1,"2":2}'],
    ['d1:\xffi1ee', '{"hex:ff":1}'],
    ['d6:hex:ffi1e1:\xffi2ee', '{"hex:6865783a6666":1,"hex:ff":2}'],
    ['d3:hex2:ffe', '{"hex:686578":"ff"}'],
    ['d1:ai1e3:hex2:ffe', '{"a":1,"hex":"ff"}'],
  ])('prints %j', (source, expected) => {
    expect(json(source)).toBe(expected)
  })

  it('escapes what a terminal would act upon: DEL, C1 controls and bidirectional controls', () => {
    const value = new TextEncoder().encode('\u007f\u009b\u2028\u202e\u2066')
    expect(toJson(value)).toBe(String.raw`"\u007f\u009b\u2028\u202e\u2066"`)
    expect(JSON.parse(toJson(value))).toBe('\u007f\u009b\u2028\u202e\u2066')
  })

  it('is one line that JSON reads, with every key of a dictionary kept apart', () => {
    fc.assert(
      fc.property(arbitraryValue(), value => {
        const line = toJson(decode(encode(value)))
        expect(line).not.toMatch(/[\n\r]/)
        const parsed: unknown = JSON.parse(line)
        if (value instanceof Map) expect(Object.keys(Object(parsed))).toHaveLength(value.size)
      }),
    )
  })
})
