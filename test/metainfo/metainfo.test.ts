import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, equal, fromLatin1, hex, utf8 } from '../../src/lib/base/bytes.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import type { BencodeInput } from '../../src/lib/bencode/value.ts'
import { MAX_TORRENT_BYTES } from '../../src/lib/metainfo/limits.ts'
import { type Metainfo, parseInfo, parseMetainfo, pieceHash } from '../../src/lib/metainfo/metainfo.ts'
import { errorOf, mutated } from '../bencode/arbitrary.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { fixture, multiFileInfo, sha1, singleFileInfo, torrent } from './samples.ts'

const single = (changes: Record<string, BencodeInput | undefined> = {}): Metainfo =>
  parseMetainfo(torrent(singleFileInfo(changes)))
const multi = (...files: readonly BencodeInput[]): Metainfo => parseMetainfo(torrent(multiFileInfo(files)))

describe('a single-file torrent', () => {
  it('is one file that has the name of the torrent', () => {
    const { info } = single({ private: 1, source: 'HERE' })
    expect(info).toMatchObject({
      version: 'v1',
      name: 'sample.txt',
      singleFile: true,
      pieceLength: 32_768,
      totalLength: 92_063,
      pieceCount: 3,
      private: true,
      source: 'HERE',
      files: [{ path: ['sample.txt'], length: 92_063, offset: 0, padding: false }],
    })
    expect(info.infoHash).toEqual(sha1(encode(singleFileInfo({ private: 1, source: 'HERE' }))))
    expect(info.infoHashV2).toBeUndefined()
  })

  it('may be empty, of one byte, or of pieces smaller than a block', () => {
    expect(single({ length: 0, pieces: '' }).info).toMatchObject({ pieceCount: 0, totalLength: 0 })
    expect(single({ length: 1, pieces: new Uint8Array(20) }).info.pieceCount).toBe(1)
    expect(single({ length: 3, pieces: new Uint8Array(60), 'piece length': 1 }).info.pieceCount).toBe(3)
  })

  it('is not private where it does not say so', () => {
    expect(single().info.private).toBe(false)
    expect(single({ private: 0 }).info.private).toBe(false)
  })
})

describe('a multi-file torrent', () => {
  it('lists files with their offsets', () => {
    const { info } = multi({ path: ['a'], length: 10 }, { path: ['sub', 'b.txt'], length: 20 })
    expect(info).toMatchObject({ name: 'folder', singleFile: false, totalLength: 30, pieceCount: 2 })
    expect(info.files.map(({ path, offset }) => [path.join('/'), offset])).toEqual([
      ['a', 0],
      ['sub/b.txt', 10],
    ])
  })

  it('makes paths safe and unique', () => {
    const { info } = multi(
      { path: ['..', '..', 'etc', 'passwd'], length: 10 },
      { path: ['a/b', 'c'], length: 10 },
      { path: ['A'], length: 5 },
      { path: ['a'], length: 5 },
    )
    expect(info.files.map(file => file.path)).toEqual([['__', '__', 'etc', 'passwd'], ['a_b', 'c'], ['A'], ['a.1']])
  })

  it('takes the UTF-8 twin of a name or a path where that is valid', () => {
    const koi8 = fromLatin1('\xc6\xc1\xca\xcc')
    const list = [
      { path: [koi8], 'path.utf-8': ['файл'], length: 10 },
      { path: ['plain'], 'path.utf-8': [koi8], length: 10 },
      { path: ['other'], 'path.utf-8': [], length: 10 },
    ]
    const { info } = parseMetainfo(torrent(multiFileInfo(list, { name: koi8, 'name.utf-8': 'папка' })))
    expect([info.name, ...info.files.map(file => file.path[0])]).toEqual(['папка', 'файл', 'plain', 'other'])
  })

  it('knows padding files, whose path may be missing and may repeat (BEP 47)', () => {
    const { info } = multi(
      { path: ['a'], length: 10 },
      { attr: 'p', path: ['.pad', '6'], length: 6 },
      { path: ['b'], length: 4 },
      { attr: 'p', path: ['.pad', '6'], length: 6 },
      { attr: 'ph', length: 4 },
    )
    expect(info.files.map(({ path, padding }) => [path.join('/'), padding])).toEqual([
      ['a', false],
      ['.pad/6', true],
      ['b', false],
      ['.pad/6', true],
      ['.pad/4', true],
    ])
  })

  it('leads symbolic links to where the target went, and never out of the torrent (BEP 47)', () => {
    const { info } = multi(
      { path: ['x'], length: 15 },
      { path: ['d', 'x'], length: 15, attr: 'hx' },
      { path: ['X', 'y'], length: 0 },
      { path: ['one'], attr: 'l', 'symlink path': ['X', 'y'] },
      { path: ['two'], attr: 'l', 'symlink path': ['..', '..', 'etc', 'passwd'], length: 0 },
      { path: ['three'], attr: 'l', length: 0 },
      { path: ['four'], attr: 'l', 'symlink path': ['X'] },
      { path: ['five'], attr: 'l', 'symlink path': ['other.iso'] },
    )
    const [, executable, renamed, one, two, three, four, five] = info.files
    expect(executable).toMatchObject({ executable: true })
    expect(renamed?.path).toEqual(['X.1', 'y'])
    expect(one?.symlink).toEqual(['X.1', 'y'])
    expect(two).toEqual({ path: ['two'], length: 0, offset: 30, padding: false })
    expect(three).toEqual({ path: ['three'], length: 0, offset: 30, padding: false })
    expect(four?.symlink).toEqual(['X.1'])
    expect(five?.symlink).toBeUndefined()
  })
})

describe('the keys beside info', () => {
  const outer = (keys: Record<string, BencodeInput>): Metainfo => parseMetainfo(torrent(singleFileInfo(), keys))

  it('gives comment, creator and date, and leaves out what is not there', () => {
    expect(outer({ comment: 'Grüße', 'created by': 'someone', 'creation date': 1_700_000_000 })).toMatchObject({
      comment: 'Grüße',
      createdBy: 'someone',
      creationDate: 1_700_000_000,
    })
    expect(Object.keys(outer({ comment: 5 })).toSorted()).toEqual(['info', 'nodes', 'tiers', 'warnings', 'webSeeds'])
  })

  it.each<[string, Record<string, BencodeInput>, string[][]]>([
    ['none', {}, []],
    ['announce', { announce: 'http://a/' }, [['http://a/']]],
    ['announce-list, and not announce (BEP 12)', { announce: 'http://a/', 'announce-list': [['http://b/', 'udp://c/'], ['http://d/']] }, [['http://b/', 'udp://c/'], ['http://d/']]], // prettier-ignore
    ['announce where announce-list is empty', { announce: 'http://a/', 'announce-list': [[], ['']] }, [['http://a/']]],
    ['each URL once', { 'announce-list': [['http://a/', ' http://a/ '], ['http://a/', 'http://b/'], ['http://b/']] }, [['http://a/'], ['http://b/']]], // prettier-ignore
    ['a flat list', { 'announce-list': ['http://a/', 'http://b/'] }, [['http://a/'], ['http://b/']]],
    ['no text', { announce: 7, 'announce-list': [[1, new Uint8Array([0xff])], 2] }, []],
  ])('reads trackers: %s', (_, keys, tiers) => {
    expect(outer(keys).tiers).toEqual(tiers)
  })

  it('warns of an announce-list that is not a list of lists', () => {
    expect(outer({ 'announce-list': ['http://a/'] }).warnings).toEqual([expect.stringContaining('announce-list')])
  })

  it.each<[Record<string, BencodeInput>, string[]]>([
    [{ 'url-list': 'http://a/' }, ['http://a/']],
    [{ 'url-list': ['http://a/', 'http://b/'] }, ['http://a/', 'http://b/']],
    [{ 'url-list': '' }, []],
    [{ 'url-list': 'http://a/', httpseeds: ['http://c/', 'http://a/'] }, ['http://a/', 'http://c/']],
  ])('reads web seeds from %j', (keys, expected) => {
    expect(outer(keys).webSeeds).toEqual(expected)
  })

  it('reads DHT nodes and warns of what is none', () => {
    const { nodes, warnings } = outer({
      nodes: [['10.0.0.1', 6881], ['::1', 1], ['x', 0], ['x', 65_536], ['x'], 'x', [1, 2]],
    })
    expect(nodes).toEqual([
      { host: '10.0.0.1', port: 6881 },
      { host: '::1', port: 1 },
    ])
    expect(warnings).toEqual([expect.stringContaining('5 of "nodes"')])
  })
})

describe('what is refused', () => {
  it.each<[key: string, changes: Record<string, BencodeInput | undefined>, what: RegExp]>([
    ['info.name', { name: undefined }, /is missing/],
    ['info.name', { name: 5 }, /is an integer; it must be a string/],
    ['info.piece length', { 'piece length': undefined }, /is missing/],
    ['info.piece length', { 'piece length': 0 }, /is 0; it must be an integer from 1 to 536870912/],
    ['info.piece length', { 'piece length': 536_870_913 }, /from 1 to/],
    ['info.piece length', { 'piece length': 'x' }, /is a string/],
    ['info.length', { length: -1 }, /is -1/],
    ['info.length', { length: 2n ** 53n }, /is 9007199254740992/],
    ['info.length', { length: [] }, /is a list/],
    ['info.pieces', { pieces: undefined }, /is missing/],
    ['info.pieces', { pieces: new Map() }, /is a dictionary/],
    ['info.pieces', { pieces: new Uint8Array(59) }, /has 59 bytes; 92063 bytes in pieces of 32768 need 3 hashes of 20/],
    ['info.pieces', { pieces: new Uint8Array(80) }, /has 80 bytes/],
    ['info.pieces', { length: 98_305 }, /need 4/],
    ['info.piece length', { length: 2_097_153, 'piece length': 1 }, /2097153 pieces; at most 2097152/],
    ['info', { length: undefined }, /either "length"/],
    ['info', { files: [{ path: ['a'], length: 92_063 }] }, /either "length"/],
    ['info.files', { length: undefined, files: [] }, /is empty/],
    ['info.files', { length: undefined, files: 1 }, /must be a list/],
    ['info.files[0]', { length: undefined, files: [1] }, /must be a dictionary/],
    ['info.files[1].length', { length: undefined, files: [{ path: ['a'], length: 1 }, { path: ['b'] }] }, /missing/],
    ['info.files[0].length', { length: undefined, files: [{ path: ['a'], length: -5 }] }, /is -5/],
    ['info.files[0].path', { length: undefined, files: [{ length: 5 }] }, /is missing; it must be a list/],
    [
      'info.files[0].path',
      { length: undefined, files: [{ length: 5, path: [] }] },
      /is an empty list; a file must have a name/,
    ],
    ['info.files[0].path', { length: undefined, files: [{ length: 5, path: 'a' }] }, /is a string; it must be a list/],
    ['info.files[0].path', { length: undefined, files: [{ length: 5, path: ['a', 1] }] }, /has an element that is an integer, number 2; all must be strings/], // prettier-ignore
    ['info.files[0].path', { length: undefined, files: [{ length: 5, path: Array.from({ length: 101 }, () => 'd') }] }, /has 101 elements; at most 100 are taken/], // prettier-ignore
    ['info.files[0].length', { length: undefined, files: [{ length: 5, path: ['a'], attr: 'l', 'symlink path': ['b'] }] }, /from 0 to 0/], // prettier-ignore
    ['info', { length: undefined, files: [{ path: ['a'], length: 2 ** 53 - 1 }, { path: ['b'], length: 1 }] }, /more than 2\^53/], // prettier-ignore
    ['info.meta version', { 'meta version': 'two' }, /is a string/],
  ])('%s (case %#)', (key, changes, what) => {
    const error = errorOf(() => single(changes))
    expect(error).toMatchObject({ code: 'METAINFO_INVALID', details: { key } })
    expect(error.message).toContain(`"${key}"`)
    expect(error.message).toMatch(what)
  })

  it.each<[string, Uint8Array, BtError['code'], RegExp]>([
    ['a file that is no bencode', utf8('<html>'), 'BENCODE_MALFORMED', /byte 0/],
    ['a list', utf8('le'), 'METAINFO_INVALID', /not a dictionary/],
    ['no info', utf8('de'), 'METAINFO_INVALID', /"info" is missing/],
    ['info of another type', utf8('d4:info4:texte'), 'METAINFO_INVALID', /"info" is a string/],
    ['a file beyond the limit', new Uint8Array(MAX_TORRENT_BYTES + 1), 'METAINFO_INVALID', /at most 10000000/],
    ['bytes after the end', concat([torrent(singleFileInfo()), utf8('\n')]), 'BENCODE_MALFORMED', /follow the end/],
    ['a future meta version', torrent(singleFileInfo({ 'meta version': 3, name: 5 })), 'UNSUPPORTED_TORRENT', /meta version 3/], // prettier-ignore
    ['meta version 1, which is not assigned', torrent(singleFileInfo({ 'meta version': 1 })), 'UNSUPPORTED_TORRENT', /version 1/], // prettier-ignore
  ])('%s', (_, bytes, code, message) => {
    const error = errorOf(() => parseMetainfo(bytes))
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  it('metadata that is no dictionary', () => {
    expect(errorOf(() => parseInfo(utf8('i1e')))).toMatchObject({ code: 'METAINFO_INVALID' })
  })
})

describe('the info-hash', () => {
  it('is that of the raw bytes even where keys are unsorted, of which it warns', () => {
    const raw = concat([
      utf8('d12:piece lengthi16384e4:name1:a6:pieces20:'),
      new Uint8Array(20),
      utf8('6:lengthi5e4:name1:be'),
    ])
    const { info, warnings } = parseMetainfo(concat([utf8('d4:info'), raw, utf8('8:announce9:http://a/e')]))
    expect(info.infoHash).toEqual(sha1(raw))
    expect(info.raw).toEqual(raw)
    expect(info.name).toBe('a')
    expect(warnings).toEqual([
      'the key "name" is not in sorted order (byte 30), and 3 more are out of order or stand twice',
    ])
  })

  it('is that of the raw bytes whatever the order of the keys and whatever else stands among them', () => {
    const extra = fc.dictionary(fc.stringMatching(/^x[a-z]{0,5}$/), fc.integer(), { maxKeys: 4 })
    fc.assert(
      fc.property(extra, fc.infiniteStream(fc.nat()), (extra, order) => {
        const shuffled = Object.entries(singleFileInfo(extra)).map(entry => ({ entry, at: order.next().value ?? 0 }))
        const members = shuffled.toSorted((a, b) => a.at - b.at).flatMap(({ entry: [key, value] }) => [encode(key), encode(value ?? '')]) // prettier-ignore
        const raw = concat([utf8('d'), ...members, utf8('e')])
        const { info } = parseMetainfo(concat([utf8('d4:info'), raw, utf8('e')]))
        expect(equal(info.infoHash, sha1(raw))).toBe(true)
        expect(info).toEqual(parseInfo(raw))
      }),
    )
  })

  it('counts only the first info dictionary, as the first of duplicate keys always does', () => {
    const [first, second] = [encode(singleFileInfo()), encode(singleFileInfo({ name: 'other' }))]
    const { info } = parseMetainfo(concat([utf8('d4:info'), first, utf8('4:info'), second, utf8('e')]))
    expect([info.name, hex(info.infoHash)]).toEqual(['sample.txt', hex(sha1(first))])
  })
})

describe('pieceHash', () => {
  it('is a view of the hash of one piece', () => {
    const pieces = Uint8Array.from({ length: 60 }, (_, i) => i)
    const { info } = single({ pieces })
    expect(pieceHash(info, 1)).toEqual(pieces.slice(20, 40))
    expect(pieceHash(info, 2).buffer).toBe(info.pieces.buffer)
  })

  it('refuses an index that is out of range, and a v2-only torrent', () => {
    for (const index of [-1, 3, 0.5]) expect(errorOf(() => pieceHash(single().info, index)).code).toBe('INTERNAL')
    const { info } = parseMetainfo(fixture('v2-single'))
    expect(errorOf(() => pieceHash(info, 0)).code).toBe('UNSUPPORTED_TORRENT')
  })
})

describe('damaged torrents', () => {
  const source = fc.constantFrom('v1-single', 'v1-multi', 'v1-links', 'hybrid-multi', 'hybrid-links', 'v2-multi', 'v2-links') // prettier-ignore

  it('only ever throw BtError, and what passes is safe', () => {
    fc.assert(
      fc.property(mutated(source.map(fixture)), bytes => {
        let parsed: Metainfo
        try {
          parsed = parseMetainfo(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(BtError)
          return
        }
        const { info } = parsed
        const names = [info.name, ...info.files.flatMap(file => [...file.path, ...(file.symlink ?? [])])]
        for (const name of names) expect(name).not.toMatch(/[/\\\p{Cc}]|^\.{0,2}$/u)
        expect(info.pieceCount).toBe(Math.ceil(info.totalLength / info.pieceLength))
        expect(info.pieces).toHaveLength(info.version === 'v2' ? 0 : info.pieceCount * 20)
        if (info.version !== 'v2') expect(equal(info.infoHash, sha1(info.raw))).toBe(true)
      }),
      { numRuns: 1500 },
    )
  })
})
