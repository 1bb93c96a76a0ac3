import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { concat, equal, latin1, utf8 } from '../../src/lib/base/bytes.ts'
import { patchFromJson } from '../../src/lib/bencode/from-json.ts'
import { buildTorrent, wrapInfo, type TorrentParts } from '../../src/lib/metainfo/create.ts'
import { editTiers, editUrls, unused } from '../../src/lib/metainfo/edit-lists.ts'
import { editTorrent, type TorrentEdits } from '../../src/lib/metainfo/edit.ts'
import { errorOf } from '../bencode/arbitrary.ts'

const bare: TorrentParts = {
  name: 'a.txt',
  files: [{ path: ['a.txt'], length: 20 }],
  singleFile: true,
  pieceLength: 16_384,
  pieces: utf8('01234567890123456789'),
}

const parts: TorrentParts = {
  ...bare,
  tiers: [['http://a/'], ['http://b/']],
  webSeeds: ['http://w/'],
  comment: 'old',
  createdBy: 'me',
  creationDate: 1000,
}

/** Unsorted, with keys that nobody knows, in and beside the info dictionary. */
const odd = concat([
  utf8('d1:zd1:xi1ee7:comment3:old4:infod6:pieces20:'),
  utf8('01234567890123456789'),
  utf8('12:piece lengthi16384e4:name5:a.txt6:lengthi20e5:x-oddle6:source3:ABCe8:announce9:http://a/e'),
])

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../fixtures/${name}.torrent`, import.meta.url)))

describe('editTorrent', () => {
  it('gives what making it with the other parts would', () => {
    const edits: TorrentEdits = {
      tiers: [['http://c/', 'http://d/']],
      webSeeds: ['http://x/', 'http://y/'],
      nodes: [{ host: 'h', port: 1 }],
      comment: 'new',
      createdBy: 'you',
      creationDate: 2000,
      source: 'S',
      private: true,
      name: 'b.txt',
    }
    const edited = editTorrent(buildTorrent(parts), edits)
    const made = buildTorrent({ ...parts, ...edits, creationDate: 2000, files: [{ path: ['b.txt'], length: 20 }] })
    expect(latin1(edited.bytes)).toBe(latin1(made))
    expect(edited).toMatchObject({ changed: true, infoChanged: true })
  })

  it('removes what is set to nothing', () => {
    const nothing = { tiers: [], webSeeds: [], nodes: [], comment: '', createdBy: '', creationDate: null }
    const { bytes, infoChanged } = editTorrent(buildTorrent({ ...parts, source: 'S', private: true }), {
      ...nothing,
      source: '',
      private: false,
    })
    expect(latin1(bytes)).toBe(latin1(buildTorrent(bare)))
    expect(infoChanged).toBe(true)
  })

  it('changes not a byte of what is as it is to be', () => {
    const { tiers = [], webSeeds = [], comment = '' } = parts
    const { bytes, changed } = editTorrent(odd, {
      private: false,
      source: 'ABC',
      comment: 'old',
      tiers: [['http://a/']],
    })
    expect(changed).toBe(false)
    expect(equal(bytes, odd)).toBe(true)
    expect(editTorrent(buildTorrent(parts), { tiers, webSeeds, comment }).changed).toBe(false)
  })

  it('keeps the bytes of what it does not touch, unsorted keys and unknown ones', () => {
    const outer = editTorrent(odd, { comment: 'longer than it was' })
    expect(latin1(outer.bytes)).toBe(latin1(odd).replace('3:old', '18:longer than it was'))
    expect(outer.infoChanged).toBe(false)
    const inner = editTorrent(odd, { source: '' })
    expect(latin1(inner.bytes)).toBe(latin1(odd).replace('6:source3:ABC', ''))
    expect(inner.infoChanged).toBe(true)
    expect(latin1(editTorrent(odd, { name: 'b' }).bytes)).toBe(latin1(odd).replace('5:a.txt', '1:b'))
  })

  it('merges JSON, and takes no result that is no torrent', () => {
    const merge = patchFromJson('{"info":{"entropy":42},"comment":null,"x":{"y":{"hex":"ff"}}}')
    const { bytes, after } = editTorrent(buildTorrent(parts), { merge })
    expect(latin1(bytes)).toContain('7:entropyi42e')
    expect(latin1(bytes).endsWith('1:xd1:y1:\xffee')).toBe(true)
    expect(after.comment).toBeUndefined()
    const spoilt = patchFromJson('{"info":{"pieces":"short"}}')
    expect(errorOf(() => editTorrent(buildTorrent(parts), { merge: spoilt })).code).toBe('METAINFO_INVALID')
  })

  it.each(['v1-single', 'v1-multi', 'hybrid-single', 'hybrid-multi', 'v2-single', 'v2-multi'])('renames %s', name => {
    const { before, after } = editTorrent(fixture(name), { name: 'näw' })
    expect(after.info).toMatchObject({ name: 'näw', version: before.info.version, singleFile: before.info.singleFile })
    const paths = before.info.files.map(({ path }) => path)
    expect(after.info.files.map(({ path }) => path)).toEqual(before.info.singleFile ? [['näw']] : paths)
  })

  it.each(['', '.', '..', 'a/b'])('takes %j for no name', name => {
    expect(errorOf(() => editTorrent(odd, { name })).code).toBe('USAGE')
  })

  it('keeps the name.utf-8 in step', () => {
    const raw = utf8('d6:lengthi1e4:name1:a10:name.utf-81:b12:piece lengthi16384e6:pieces20:01234567890123456789e')
    expect(latin1(editTorrent(wrapInfo(raw), { name: 'c' }).after.info.raw)).toContain('4:name1:c10:name.utf-81:c')
  })
})

describe('editing lists', () => {
  it.each([
    [{ add: [['c', 'd'], ['e']] }, [['a', 'b'], ['x'], ['c', 'd'], ['e']]],
    [{ add: [['a'], ['x', 'y']] }, [['a', 'b'], ['x'], ['y']]],
    [{ remove: ['x', 'a'] }, [['b']]],
    [{ set: [['z']], add: [['a']] }, [['z'], ['a']]],
    [{ replace: [['a', 'x']] as const }, [['x', 'b']]],
    [{ set: [] }, []],
    [{}, [['a', 'b'], ['x']]],
  ])('%j', (edits, expected) => {
    expect(editTiers([['a', 'b'], ['x']], edits)).toEqual(expected)
  })

  it('is the same for web seeds', () => {
    expect(editUrls(['a', 'b'], { add: ['c', 'a'], remove: ['b'] })).toEqual(['a', 'c'])
    expect(editUrls(['a'], { set: ['b'] })).toEqual(['b'])
    expect(editUrls(['a'], {})).toEqual(['a'])
  })

  it('tells what there was nothing of', () => {
    expect(unused(['http://a/'], { remove: ['http://b/', 'http://a/'], replace: [['a', 'c'], ['x', 'y']] })).toEqual(['http://b/', 'x']) // prettier-ignore
    expect(unused(['http://a/'], { set: [], remove: ['http://b/'] })).toEqual([])
  })
})
