import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../../src/lib/base/bytes.ts'
import { decode } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { patchFromJson } from '../../src/lib/bencode/from-json.ts'
import { patchDict } from '../../src/lib/bencode/patch.ts'
import { spliceDict } from '../../src/lib/bencode/splice.ts'
import type { BencodeDict, BencodeValue } from '../../src/lib/bencode/value.ts'
import { arbitraryValue, errorOf } from './arbitrary.ts'

const splice = (dict: string, changes: Record<string, string | undefined>): string => {
  const raw = Object.entries(changes).map(([key, value]) => [key, value && fromLatin1(value)] as const)
  return latin1(spliceDict(fromLatin1(dict), new Map(raw.map(([key, value]) => [key, value || undefined]))))
}
const patch = (dict: string, json: string): string => latin1(patchDict(fromLatin1(dict), patchFromJson(json)))

describe('spliceDict', () => {
  it.each([
    ['de', { b: 'i1e' }, 'd1:bi1ee'],
    ['d1:bi1ee', { a: 'le', c: 'de' }, 'd1:ale1:bi1e1:cdee'],
    ['d1:bi1ee', { b: '3:new' }, 'd1:b3:newe'],
    ['d1:bi1ee', { b: undefined }, 'de'],
    ['d1:bi1ee', { x: undefined }, 'd1:bi1ee'],
    ['d1:ai1e1:bi2e1:ci3ee', { aa: '0:', b: undefined, bb: '1:x' }, 'd1:ai1e2:aa0:2:bb1:x1:ci3ee'],
    ['d1:zi1e1:ai2e1:mi3ee', { m: 'i9e' }, 'd1:zi1e1:ai2e1:mi9ee'],
    ['d1:zi1e1:ai2ee', { b: 'le' }, 'd1:ble1:zi1e1:ai2ee'],
    ['d1:ai1e1:ai2ee', { a: 'i3e' }, 'd1:ai3e1:ai2ee'],
    ['d1:ai1e1:ai2e1:bi4ee', { a: undefined }, 'd1:bi4ee'],
    ['d1:\xffi1ee', { '\xfe': '0:' }, 'd1:\xfe0:1:\xffi1ee'],
  ])('changes %j by %j', (dict, changes, expected) => {
    expect(splice(dict, changes)).toBe(expected)
  })

  it('does what setting and deleting in a Map does', () => {
    const dict = fc.dictionary(fc.string({ maxLength: 3 }), arbitraryValue()).map(asMap)
    const changes = fc
      .dictionary(fc.string({ maxLength: 3 }), fc.option(arbitraryValue(), { nil: undefined }))
      .map(asMap)
    fc.assert(
      fc.property(dict, changes, (dict, changes) => {
        const expected = new Map(dict)
        for (const [key, value] of changes) {
          if (value === undefined) expected.delete(key)
          else expected.set(key, value)
        }
        const raw = [...changes].map(([key, value]) => [key, value === undefined ? undefined : encode(value)] as const)
        expect(spliceDict(encode(dict), new Map(raw))).toEqual(encode(expected))
      }),
    )
  })

  it('is for dictionaries', () => {
    expect(errorOf(() => splice('le', { a: '0:' })).code).toBe('INTERNAL')
    expect(errorOf(() => splice('d', { a: '0:' })).code).toBe('BENCODE_MALFORMED')
  })
})

describe('patchDict', () => {
  it.each([
    ['d1:ad1:xi1e1:yi2eee', '{"a":{"x":null,"z":{"hex":"ff"}}}', 'd1:ad1:yi2e1:z1:\xffee'],
    ['d1:bd1:zi1e1:ai2eee', '{"b":{"c":3}}', 'd1:bd1:ci3e1:zi1e1:ai2eee'],
    ['d1:ai1ee', '{"a":{"b":null,"c":1}}', 'd1:ad1:ci1eee'],
    ['de', '{"a":[1,[2]],"b":null}', 'd1:ali1eli2eeee'],
    ['d1:ali1eee', '{"a":[]}', 'd1:alee'],
  ])('merges %j with %s', (dict, json, expected) => {
    expect(patch(dict, json)).toBe(expected)
  })

  it.each(['[]', '"a"', '1', '{"hex":"00"}', '{"a":[null]}', '{"a":true}'])('takes no %s', json => {
    expect(errorOf(() => patchFromJson(json)).code).toBe('JSON_INVALID')
  })

  it('leaves everything else as the decoder finds it', () => {
    const dict = fc.dictionary(fc.string({ maxLength: 3 }), arbitraryValue()).map(asMap)
    fc.assert(
      fc.property(dict, dict => {
        const patched = decode(patchDict(encode(dict), patchFromJson('{"new key":{"a":{"b":1}}}'))) as BencodeDict
        expect(encode(new Map([...patched].filter(([key]) => key !== 'new key')))).toEqual(encode(dict))
      }),
    )
  })
})

/** Keys as the decoder gives them. */
function asMap<T extends BencodeValue | undefined>(record: Record<string, T>): Map<string, T> {
  return new Map(Object.entries(record).map(([key, value]) => [Buffer.from(key).toString('latin1'), value]))
}
