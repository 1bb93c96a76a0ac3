import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../src/lib/bencode/encode.ts'
import { parseExtendedHandshake } from '../../src/lib/wire/extended.ts'
import { bytes } from './support.ts'

describe('parseExtendedHandshake', () => {
  it('reads the keys of BEP 10', () => {
    const parsed = parseExtendedHandshake(
      encode({ m: { ut_metadata: 3, ut_pex: 0 }, v: 'µTorrent 1.2', reqq: 250, p: 6881, yourip: bytes(1, 2, 3, 4) }),
    )
    expect(parsed).toMatchObject({
      messages: new Map([
        ['ut_metadata', 3],
        ['ut_pex', 0],
      ]),
      client: 'µTorrent 1.2',
      requestQueue: 250,
      port: 6881,
      yourIp: bytes(1, 2, 3, 4),
    })
  })

  it('keeps the keys of extensions', () => {
    expect(parseExtendedHandshake(encode({ metadata_size: 31_235 }))?.dict.get('metadata_size')).toBe(31_235)
  })

  it('leaves out what is missing or of the wrong kind', () => {
    const empty = { messages: new Map() }
    expect(parseExtendedHandshake(encode({}))).toEqual({ ...empty, dict: new Map() })
    const odd = encode({ m: [], v: 1, reqq: 0, p: 65_536, yourip: bytes(1, 2, 3) })
    expect(Object.keys(parseExtendedHandshake(odd) ?? {})).toEqual(['dict', 'messages'])
  })

  it('leaves out ids that do not fit a byte', () => {
    const parsed = parseExtendedHandshake(encode({ m: { a: -1, b: 256, c: 255, d: 'x', e: 2n ** 64n } }))
    expect(parsed?.messages).toEqual(new Map([['c', 255]]))
  })

  it('makes a client name fit to print', () => {
    const name = (v: string | Uint8Array): string | undefined => parseExtendedHandshake(encode({ v }))?.client
    expect(name('ev\u001b[31mil\n\u202e')).toBe('ev[31mil')
    expect(name(bytes(0x41, 0xff))).toBe('A\u00ff')
    expect(name('\u{1f600}'.repeat(200))).toBe('\u{1f600}'.repeat(128))
    expect(name(`a${'\u{1f600}'.repeat(200)}`)).toBe(`a${'\u{1f600}'.repeat(127)}`)
  })

  it('forgives the order of keys and what follows the dictionary, as libtorrent does', () => {
    expect(parseExtendedHandshake(bytes('d1:pi1e1:md1:ai2eeejunk'))).toMatchObject({ port: 1 })
  })

  it.each(['', 'i1e', 'le', '1:a', 'd1:me', 'd', 'x'])('is nothing for %o', text => {
    expect(parseExtendedHandshake(bytes(text))).toBeUndefined()
  })

  it('is bounded in depth and tokens', () => {
    const nested = (depth: number): Uint8Array => bytes('d1:a', 'l'.repeat(depth), 'e'.repeat(depth), 'e')
    expect(parseExtendedHandshake(nested(31))).toBeDefined()
    expect(parseExtendedHandshake(nested(32))).toBeUndefined()
    const holding = (lists: number): Uint8Array => bytes('d1:al', 'le'.repeat(lists), 'ee')
    expect(parseExtendedHandshake(holding(1_997))).toBeDefined()
    expect(parseExtendedHandshake(holding(1_998))).toBeUndefined()
  })

  it('reads back what an encoder wrote', () => {
    const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
    const said = fc.record({
      m: fc.dictionary(name, fc.nat(255), { noNullPrototype: true }),
      v: fc.string({ unit: 'grapheme-ascii', maxLength: 128 }),
      reqq: fc.integer({ min: 1 }),
      p: fc.integer({ min: 1, max: 65_535 }),
      yourip: fc.constantFrom(4, 16).chain(length => fc.uint8Array({ minLength: length, maxLength: length })),
    })
    fc.assert(
      fc.property(said, ({ m, v, reqq, p, yourip }) => {
        expect(parseExtendedHandshake(encode({ m, v, reqq, p, yourip }))).toMatchObject({
          messages: new Map(Object.entries(m)),
          client: v,
          requestQueue: reqq,
          port: p,
          yourIp: yourip,
        })
      }),
    )
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), junk => {
        parseExtendedHandshake(junk)
        parseExtendedHandshake(bytes('d1:m', junk, 'e'))
      }),
    )
  })
})
