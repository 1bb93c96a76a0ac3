import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, latin1, utf8 } from '../../src/lib/base/bytes.ts'
import { decode } from '../../src/lib/bencode/decode.ts'
import { toJson } from '../../src/lib/bencode/json.ts'
import { buildTorrent, choosePieceLength, type TorrentParts, wrapInfo } from '../../src/lib/metainfo/create.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { errorOf } from '../bencode/arbitrary.ts'

const KiB = 1024
const GiB = 1024 ** 3

const one: TorrentParts = {
  name: 'a.txt',
  files: [{ path: ['a.txt'], length: 20 }],
  singleFile: true,
  pieceLength: 16_384,
  pieces: utf8('01234567890123456789'),
}

describe('buildTorrent', () => {
  it('writes no key that was not asked for', () => {
    expect(latin1(buildTorrent(one))).toBe(
      'd4:infod6:lengthi20e4:name5:a.txt12:piece lengthi16384e6:pieces20:01234567890123456789ee',
    )
  })

  it('writes a folder of files, and every key in sorted order', () => {
    const bytes = buildTorrent({
      ...one,
      name: 'dir',
      files: [
        { path: ['b'], length: 5 },
        { path: ['a', 'c'], length: 15 },
      ],
      singleFile: false,
      private: true,
      source: 'S',
      tiers: [['http://a/', 'http://b/'], [], ['udp://c:1']],
      webSeeds: ['http://w/', 'http://x/'],
      nodes: [{ host: '10.0.0.1', port: 6881 }],
      comment: 'é',
      createdBy: 'me',
      creationDate: 1_700_000_000,
    })
    expect(toJson(decode(bytes))).toBe(
      '{"announce":"http://a/","announce-list":[["http://a/","http://b/"],["udp://c:1"]],"comment":"é","created by":"me",' +
        '"creation date":1700000000,"info":{"files":[{"length":5,"path":["b"]},{"length":15,"path":["a","c"]}],"name":"dir",' +
        '"piece length":16384,"pieces":"01234567890123456789","private":1,"source":"S"},' +
        '"nodes":[["10.0.0.1",6881]],"url-list":["http://w/","http://x/"]}',
    )
  })

  it('writes announce-list only where there is more than one tracker', () => {
    const keys = (tiers: string[][]): unknown => [...(decode(buildTorrent({ ...one, tiers })) as Map<string, unknown>).keys()] // prettier-ignore
    expect(keys([])).toEqual(['info'])
    expect(keys([['http://a/']])).toEqual(['announce', 'info'])
    expect(keys([['http://a/'], ['http://b/']])).toEqual(['announce', 'announce-list', 'info'])
  })

  it('refuses hashes that do not fit the files', () => {
    expect(errorOf(() => buildTorrent({ ...one, pieces: new Uint8Array(40) })).code).toBe('INTERNAL')
    expect(errorOf(() => buildTorrent({ ...one, files: [], pieces: new Uint8Array() })).code).toBe('INTERNAL')
    expect(errorOf(() => buildTorrent({ ...one, files: [...one.files, ...one.files] })).code).toBe('INTERNAL')
  })

  it('writes what parseMetainfo reads, the same bytes each time', () => {
    const text = fc.stringMatching(/^[a-zé]{1,8}$/)
    const parts = fc
      .record({
        name: text,
        lengths: fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 5 }),
        pieceLength: fc.constantFrom(16_384, 32_768),
        private: fc.boolean(),
        tiers: fc.uniqueArray(fc.webUrl(), { maxLength: 3 }).map(urls => urls.map(url => [url])),
        webSeeds: fc.uniqueArray(fc.webUrl(), { maxLength: 2 }),
        comment: text,
      })
      .map(({ lengths, ...rest }): TorrentParts => {
        const total = lengths.reduce((sum, length) => sum + length, 0)
        const files = lengths.map((length, i) => ({ path: ['folder', `file${i}`], length }))
        const pieces = new Uint8Array(Math.ceil(total / rest.pieceLength) * 20).fill(9)
        return { ...rest, files, singleFile: false, pieces }
      })
    fc.assert(
      fc.property(parts, parts => {
        const bytes = buildTorrent(parts)
        const { info, ...outer } = parseMetainfo(bytes)
        const { name, pieceLength, pieces, private: isPrivate, tiers, webSeeds, comment } = parts
        expect(info).toMatchObject({ name, pieceLength, pieces, private: isPrivate })
        expect(info.files.map(({ path, length }) => ({ path, length }))).toEqual(parts.files)
        expect(outer).toMatchObject({ tiers, webSeeds, comment, warnings: [] })
        expect(buildTorrent(parts)).toEqual(bytes)
      }),
      { numRuns: 40 },
    )
  })
})

describe('wrapInfo', () => {
  it('keeps the info dictionary byte for byte, unsorted keys and all', () => {
    const raw = concat([utf8('d6:pieces20:'), new Uint8Array(20), utf8('12:piece lengthi16384e4:name1:a6:lengthi5ee')])
    const { info, tiers, warnings } = parseMetainfo(wrapInfo(raw, { tiers: [['http://a/']], nodes: [] }))
    expect(info.raw).toEqual(raw)
    expect(tiers).toEqual([['http://a/']])
    expect(warnings).toHaveLength(1)
  })
})

describe('choosePieceLength', () => {
  it.each([
    [0, 16 * KiB],
    [1, 16 * KiB],
    [2000 * 16 * KiB, 16 * KiB],
    [2000 * 16 * KiB + 1, 32 * KiB],
    [GiB, 1024 * KiB],
    [4 * GiB, 4096 * KiB],
    [100 * GiB, 16 * 1024 * KiB],
    [16 * 1024 * KiB * 250_000, 16 * 1024 * KiB],
    [16 * 1024 * KiB * 250_000 + 1, 32 * 1024 * KiB],
  ])('of %i bytes is %i', (total, expected) => {
    expect(choosePieceLength(total)).toBe(expected)
  })

  it('makes 1,000 to 2,000 pieces wherever its bounds allow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000 * 16 * KiB, max: 2000 * 16 * 1024 * KiB }), total => {
        const pieces = Math.ceil(total / choosePieceLength(total))
        expect(pieces).toBeGreaterThanOrEqual(1000)
        expect(pieces).toBeLessThanOrEqual(2000)
      }),
    )
  })
})
