import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '../../src/lib/base/bytes.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import { fromBase32 } from '../../src/lib/metainfo/base32.ts'
import { formatMagnet, type Magnet, parseMagnet } from '../../src/lib/metainfo/magnet.ts'
import { errorOf } from '../bencode/arbitrary.ts'

const HASH = 'd69f91e6b2ae4c542468d1073a71d4ea13879a7f'
const V2 = '794797144dc9442ed35e65424e9ed0cf6ec4f0ef2b3ee3d9d7a1a5d171e77d65'
const XT = `xt=urn:btih:${HASH}`
const parse = (query: string): Magnet => parseMagnet(`magnet:?${query}`)

describe('parseMagnet', () => {
  it('reads a usual link', () => {
    const magnet = parse(`${XT}&dn=magnet1.gif&tr=http%3A%2F%2Ftracker.example%2Fannounce`)
    expect(magnet).toEqual({
      infoHash: fromHex(HASH),
      displayName: 'magnet1.gif',
      trackers: ['http://tracker.example/announce'],
      peers: [],
      webSeeds: [],
    })
  })

  it('reads everything a link may have', () => {
    const magnet = parse(
      `${XT}&xt=urn:btmh:1220${V2}&dn=A%20b&xl=92063&tr=udp://a:1&tr.1=http://b/&tr.2=udp://a:1` +
        '&x.pe=10.0.0.1:6881&x.pe=%5B2001:db8::1%5D:6882&x.pe=peer.example:1&ws=http://seed/f&so=0,2,4,6-8&kt=ignored',
    )
    expect(magnet).toEqual({
      infoHash: fromHex(HASH),
      infoHashV2: fromHex(V2),
      displayName: 'A b',
      exactLength: 92_063,
      trackers: ['udp://a:1', 'http://b/'],
      peers: [
        { host: '10.0.0.1', port: 6881 },
        { host: '2001:db8::1', port: 6882 },
        { host: 'peer.example', port: 1 },
      ],
      webSeeds: ['http://seed/f'],
      selectOnly: [
        [0, 0],
        [2, 2],
        [4, 4],
        [6, 8],
      ],
    })
  })

  it.each([
    ['upper case', `MAGNET:?XT=URN:BTIH:${HASH.toUpperCase()}`],
    ['base32', 'magnet:?xt=urn:btih:22PZDZVSVZGFIJDI2EDTU4OU5IJYPGT7'],
    ['base32 in lower case', 'magnet:?xt=urn:btih:22pzdzvsvzgfijdi2edtu4ou5ijypgt7'],
    ['an escaped topic', `magnet:?xt=urn%3Abtih%3A${HASH}`],
    ['a numbered topic', `magnet:?xt.1=urn:btih:${HASH}`],
    ['other topics around it', `magnet:?xt=urn:sha1:ABC&xt=urn:btih:${HASH}&xt=urn:ed2k:31`],
    ['the same topic twice', `magnet:?${XT}&${XT}`],
    ['space around it', `  magnet:?${XT}\n`],
    ['empty and senseless parameters', `magnet:?&&=&dn=&tr=&x.pe=&so=&xl=&word&${XT}&`],
  ])('takes %s', (_, link) => {
    expect(hex(parseMagnet(link).infoHash)).toBe(HASH)
  })

  it.each([
    ['a+b%2Bc', 'a b+c'],
    ['100%25', '100%'],
    ['100%', '100%'],
    ['50%zz', '50%zz'],
    ['%E6%97%A5', '日'],
    ['日', '日'],
    ['%ff!', '\ufffd!'],
    ['a=b', 'a=b'],
    ['C#', 'C#'],
  ])('decodes the name %s', (raw, expected) => {
    expect(parse(`${XT}&dn=${raw}`).displayName).toBe(expected)
  })

  it('leaves a plus in a URL alone', () => {
    expect(parse(`${XT}&tr=http://a/?key=x+y`).trackers).toEqual(['http://a/?key=x+y'])
  })

  it.each([
    ['', /does not start with "magnet:\?"/],
    ['http://example.com/', /does not start with/],
    ['magnet:?', /no "xt=urn:btih:"/],
    ['magnet:?dn=x', /no "xt=urn:btih:"/],
    ['magnet:?xt=urn:sha1:ABC', /no "xt=urn:btih:"/],
    [`magnet:?xt=urn:btih:${HASH}0`, /neither 40 hexadecimal digits nor 32/],
    [`magnet:?xt=urn:btih:${HASH.slice(1)}g`, /neither/],
    ['magnet:?xt=urn:btih:', /neither/],
    ['magnet:?xt=urn:btih:01890189018901890189018901890189', /neither/],
    [`magnet:?${XT}&xt=urn:btih:${'0'.repeat(40)}`, /two different "xt=urn:btih:"/],
    [`magnet:?${XT}&xt=urn:btmh:1220abcd`, /1220 and 64/],
    [`magnet:?${XT}&xt=urn:btmh:1320${V2}`, /1220 and 64/],
    [`magnet:?${XT}&x.pe=10.0.0.1`, /x\.pe: "10\.0\.0\.1" is not a peer address/],
    [`magnet:?${XT}&x.pe=10.0.0.1:65536`, /x\.pe/],
    [`magnet:?${XT}&so=1,x`, /so: "x"/],
    [`magnet:?${XT}&so=5-2`, /so: 5-2 ends before/],
    [`magnet:?${XT}&so=99999999999999999999`, /so: .* not a number/],
    [`magnet:?${XT}&xl=-1`, /xl: "-1"/],
  ])('refuses %s', (link, message) => {
    const error = errorOf(() => parseMagnet(link))
    expect(error.code).toBe('MAGNET_INVALID')
    expect(error.message).toMatch(message)
  })

  it('says of a v2-only link that it is one', () => {
    const error = errorOf(() => parse(`xt=urn:btmh:1220${V2}`))
    expect(error.code).toBe('UNSUPPORTED_TORRENT')
    expect(error.message).toContain('v2-only')
  })

  it('only ever throws BtError', () => {
    const part = fc.oneof(
      fc.constantFrom(
        'magnet:?',
        'xt=',
        'urn:btih:',
        HASH,
        '&',
        '=',
        '%',
        'x.pe=',
        'so=',
        '1-2',
        ',',
        'xl=',
        'tr.1=',
        '%e',
      ),
      fc.string({ maxLength: 5 }),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), parts => {
        try {
          parseMagnet(`magnet:?${XT}&${parts.join('')}`)
        } catch (error) {
          expect(error).toBeInstanceOf(BtError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

describe('formatMagnet', () => {
  it('writes the parts in the order in which a reader looks for them', () => {
    const link = formatMagnet({
      infoHash: infoHash(fromHex(HASH) ?? new Uint8Array()),
      displayName: 'a b&c',
      trackers: ['http://t/announce?k=1'],
      peers: [{ host: '::1', port: 6881 }],
      selectOnly: [[1, 1], [3, 5]], // prettier-ignore
    })
    expect(link).toBe(`magnet:?${XT}&dn=a%20b%26c&tr=http%3A%2F%2Ft%2Fannounce%3Fk%3D1&x.pe=[::1]:6881&so=1,3-5`)
  })

  it('is undone by parseMagnet', () => {
    const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length })
    const range = fc.tuple(fc.nat(), fc.nat()).map(([from, more]): [number, number] => [from, from + more])
    const magnet = fc.record(
      {
        infoHash: bytes(20).map(infoHash),
        infoHashV2: bytes(32),
        displayName: fc.string({ unit: 'grapheme', minLength: 1 }),
        trackers: fc.uniqueArray(fc.webUrl({ withQueryParameters: true, withFragments: true }), { maxLength: 3 }),
        peers: fc.array(
          fc.record({
            host: fc.oneof(fc.ipV4(), fc.constant('2001:db8::1'), fc.domain()),
            port: fc.integer({ min: 1, max: 65_535 }),
          }),
          { maxLength: 3 },
        ),
        webSeeds: fc.uniqueArray(fc.webUrl(), { maxLength: 2 }),
        selectOnly: fc.array(range, { minLength: 1, maxLength: 3 }),
        exactLength: fc.maxSafeNat(),
      },
      { requiredKeys: ['infoHash', 'trackers', 'peers', 'webSeeds'] },
    )
    fc.assert(
      fc.property(magnet, magnet => {
        expect(parseMagnet(formatMagnet(magnet))).toEqual(magnet)
      }),
      { numRuns: 50 },
    )
  })

  it('does not fail on half a surrogate pair', () => {
    const link = formatMagnet({ infoHash: infoHash(new Uint8Array(20)), displayName: 'a\ud800' })
    expect(parseMagnet(link).displayName).toBe('a\ufffd')
  })
})

describe('fromBase32', () => {
  it.each([
    ['', ''],
    ['MY', '66'],
    ['MZXQ', '666f'],
    ['MZXW6YTB', '666f6f6261'],
    ['mzxw6ytboi', '666f6f626172'],
  ])('decodes the vector %j of RFC 4648', (text, expected) => {
    expect(hex(fromBase32(text) ?? new Uint8Array([0]))).toBe(expected)
  })

  it('refuses other characters', () => {
    expect(fromBase32('MZXW6YT1')).toBeUndefined()
    expect(fromBase32('MY======')).toBeUndefined()
  })
})
