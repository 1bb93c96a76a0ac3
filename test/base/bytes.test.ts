import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  concat,
  dataView,
  equal,
  fromHex,
  fromLatin1,
  hex,
  latin1,
  lossyUtf8,
  tryUtf8,
  utf8,
  utf8Length,
} from '../../src/lib/base/bytes.ts'

it('goes to hex and to latin1 and back, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      expect(fromHex(hex(bytes))).toEqual(bytes)
      expect(fromLatin1(latin1(bytes))).toEqual(bytes)
    }),
  )
})

it.each(['abc', 'zz', '0x12', ' 12'])('takes no "%s" for hex', text => {
  expect(fromHex(text)).toBeUndefined()
})

it('reads views at their offset', () => {
  const view = Uint8Array.of(1, 2, 3, 4).subarray(1, 3)
  expect(hex(view)).toBe('0203')
  expect(dataView(view).getUint16(0)).toBe(0x0203)
  expect(equal(view, Uint8Array.of(2, 3))).toBe(true)
  expect(equal(view, Uint8Array.of(2, 3, 4))).toBe(false)
  expect(equal(view, Uint8Array.of(2, 4))).toBe(false)
})

it('joins parts in order', () => {
  expect(concat([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)])).toEqual(Uint8Array.of(1, 2, 3))
})

it('reads UTF-8 as decoders do, a strict one and one that substitutes', () => {
  const lossy = new TextDecoder('utf-8', { ignoreBOM: true })
  const strict = (bytes: Uint8Array): string | undefined => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return undefined
    }
  }
  const parts = ['a', 'ß', '日', '🎬', '\ufffd', '\ufeff'].map(utf8)
  const mixed = fc.array(fc.oneof(fc.constantFrom(...parts), fc.uint8Array({ maxLength: 3 })), { maxLength: 6 })
  fc.assert(
    fc.property(mixed, parts => {
      expect(tryUtf8(concat(parts))).toBe(strict(concat(parts)))
      expect(lossyUtf8(concat(parts))).toBe(lossy.decode(concat(parts)))
    }),
  )
})

it('counts the bytes that a text has in UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(utf8Length(text)).toBe(utf8(text).length)
    }),
  )
})

it('knows what is not UTF-8, and keeps a byte order mark', () => {
  expect(tryUtf8(utf8('naïve'))).toBe('naïve')
  expect(tryUtf8(Uint8Array.of(0xff))).toBeUndefined()
  expect(tryUtf8(Uint8Array.of(0xef, 0xbb, 0xbf))).toBe('\uFEFF')
})
