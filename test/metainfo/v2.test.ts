// BEP 52: file trees, piece layers and hybrids, from what libtorrent made, with one thing changed.
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/lib/base/bytes.ts'
import { merkleRoot } from '../../src/lib/metainfo/merkle.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { errorOf } from '../bencode/arbitrary.ts'
import { changedFixture, dictAt, fixture, type MutableDict, sha256 } from './samples.ts'

const root32 = new Uint8Array(32).fill(7)
type Change = (info: MutableDict, root: MutableDict) => unknown

function refusal(name: string, change: Change): string {
  const bytes = changedFixture(name, root => change(dictAt(root, 'info'), root))
  const error = errorOf(() => parseMetainfo(bytes))
  expect(error.code).toBe('METAINFO_INVALID')
  return error.message
}

describe('merkleRoot', () => {
  const leaf = (n: number): Uint8Array => sha256(new Uint8Array([n]))
  const node = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concat([left, right]))
  const zero = new Uint8Array(32)

  it('is the hash itself where there is one', () => {
    expect(merkleRoot(leaf(1), 0)).toEqual(leaf(1))
  })

  it('fills a row up to a power of two with zeros', () => {
    const three = node(node(leaf(1), leaf(2)), node(leaf(3), zero))
    expect(new Uint8Array(merkleRoot(concat([leaf(1), leaf(2), leaf(3)]), 0))).toEqual(three)
    const five = node(node(node(leaf(1), leaf(2)), node(leaf(3), leaf(4))), node(node(leaf(5), zero), node(zero, zero)))
    expect(new Uint8Array(merkleRoot(concat([1, 2, 3, 4, 5].map(leaf)), 0))).toEqual(five)
  })

  it('fills a row above the leaves with what zero leaves hash to there', () => {
    const zeroTwo = node(node(zero, zero), node(zero, zero))
    const expected = node(node(leaf(1), leaf(2)), node(leaf(3), zeroTwo))
    expect(new Uint8Array(merkleRoot(concat([leaf(1), leaf(2), leaf(3)]), 2))).toEqual(expected)
  })
})

describe('a file tree', () => {
  it.each<[string, Change, RegExp]>([
    ['is missing', info => info.delete('file tree'), /"info\.file tree" is missing/],
    ['is empty', info => info.set('file tree', {}), /has no files/],
    [
      'is a file itself',
      info => info.set('file tree', { '': { length: 1, 'pieces root': root32 } }),
      /must not be a file/,
    ],
    [
      'has a file with siblings',
      info => dictAt(info, 'file tree', 'a.txt').set('x', {}),
      /a\.txt" is a file and a folder/,
    ],
    ['has something else for a folder', info => dictAt(info, 'file tree').set('zz', 5), /zz" must be a dictionary/],
    ['has no length', info => dictAt(info, 'file tree', 'a.txt', '').set('length', 'x'), /a\.txt\.length" is a string/],
    ['has a negative length', info => dictAt(info, 'file tree', 'a.txt', '').set('length', -1), /is -1/],
    ['has no root', info => dictAt(info, 'file tree', 'a.txt', '').delete('pieces root'), /pieces root" is missing/],
    [
      'has a short root',
      info => dictAt(info, 'file tree', 'a.txt', '').set('pieces root', 'x'),
      /has 1 bytes; it must have 32/,
    ],
    ['overflows', info => dictAt(info, 'file tree', 'a.txt', '').set('length', 2 ** 53 - 1), /more than 2\^53/],
  ])('is refused where it %s', (_, change, message) => {
    expect(refusal('v2-multi', change)).toMatch(message)
  })

  it('is refused before it becomes too deep', () => {
    const bytes = changedFixture('v2-multi', root => {
      let deep: unknown = { '': { length: 0 } }
      for (let i = 0; i < 500; i++) deep = { d: deep }
      dictAt(root, 'info').set('file tree', deep as MutableDict)
    })
    expect(errorOf(() => parseMetainfo(bytes)).message).toMatch(/deeper than 100/)
  })

  it('gets safe and unique names', () => {
    const bytes = changedFixture('v2-multi', root => {
      const tree = dictAt(root, 'info', 'file tree')
      tree.set('..', new Map([['A\x00b', new Map([['', { length: 0 }]])]]))
      tree.set('A.TXT', new Map([['', { length: 0 }]]))
    })
    const paths = parseMetainfo(bytes).info.files.map(file => file.path.join('/'))
    expect(paths).toEqual(['__/A_b', 'A.TXT', 'a.1.txt', 'b.bin', 'empty', 'sub/c.bin', 'sub/d.bin'])
  })

  it('is a single file only where the file has the name of the torrent', () => {
    const bytes = changedFixture('v2-single', root => dictAt(root, 'info').set('name', 'folder'))
    expect(parseMetainfo(bytes).info).toMatchObject({
      singleFile: false,
      name: 'folder',
      files: [{ path: ['solo.bin'] }],
    })
  })
})

describe('the piece length of a v2 torrent', () => {
  it.each([8192, 16_385, 49_152, 1_073_741_824])('is not %i', length => {
    expect(refusal('v2-multi', info => info.set('piece length', length))).toMatch(/"info\.piece length"/)
    expect(refusal('hybrid-multi', info => info.set('piece length', length))).toMatch(/"info\.piece length"/)
  })
})

describe('piece layers', () => {
  const layers = (root: MutableDict): MutableDict => dictAt(root, 'piece layers')
  const firstKey = (root: MutableDict): string => [...layers(root).keys()][0] ?? ''
  const firstLayer = (root: MutableDict): Uint8Array => {
    const layer = layers(root).get(firstKey(root))
    return layer instanceof Uint8Array ? layer : new Uint8Array()
  }

  it.each<[string, Change, RegExp]>([
    ['are missing', (_, root) => root.delete('piece layers'), /"piece layers" is missing/],
    ['are no dictionary', (_, root) => root.set('piece layers', []), /must be a dictionary/],
    ['lack one', (_, root) => layers(root).delete(firstKey(root)), /lacks the layer of "/],
    ['have a short one', (_, root) => layers(root).set(firstKey(root), firstLayer(root).slice(32)), /it must have \d+/],
    ['have a wrong hash', (_, root) => layers(root).set(firstKey(root), firstLayer(root).map(byte => byte ^ 1)), /does not match its root/], // prettier-ignore
  ])('are refused in a v2 torrent where they %s', (_, change, message) => {
    expect(refusal('v2-multi', change)).toMatch(message)
  })

  it('may be missing in a hybrid, with a warning, but not be wrong', () => {
    const { pieceLayers, warnings } = parseMetainfo(changedFixture('hybrid-multi', root => root.delete('piece layers')))
    expect(pieceLayers).toBeUndefined()
    expect(warnings).toEqual([expect.stringContaining('v1 hashes only')])
    expect(refusal('hybrid-multi', (_, root) => layers(root).delete(firstKey(root)))).toMatch(/lacks the layer/)
  })

  it('are not needed by files of one piece or less', () => {
    const bytes = changedFixture('v2-multi', root => {
      dictAt(root, 'info').set('piece length', 131_072)
      root.delete('piece layers')
    })
    expect(parseMetainfo(bytes).pieceLayers).toEqual(new Map())
  })

  it('are shared by files of the same content', () => {
    const bytes = changedFixture('v2-single', root => {
      const tree = dictAt(root, 'info', 'file tree')
      const file = tree.get('solo.bin')
      if (file !== undefined) tree.set('twin.bin', file)
    })
    const { info, pieceLayers } = parseMetainfo(bytes)
    expect([info.files.length, info.files[1]?.offset, info.pieceCount, pieceLayers?.size]).toEqual([2, 98_304, 6, 1])
  })
})

describe('a hybrid torrent', () => {
  const files = (info: MutableDict): MutableDict[] => {
    const list = info.get('files')
    return Array.isArray(list) ? list.map(entry => dictAt(entry)) : []
  }
  const file = (info: MutableDict, i: number): MutableDict => files(info)[i] ?? new Map()

  it.each<[string, Change, RegExp]>([
    ['a file has another name in v1', info => file(info, 0).set('path', ['z']), /where v1 has "z", v2 has "a\.txt"/],
    [
      'a file has another length in v2',
      info => dictAt(info, 'file tree', 'empty', '').set('length', 1).set('pieces root', root32),
      /"empty" has 0 bytes in v1, 1 in v2/,
    ],
    ['a file is in v1 only', info => dictAt(info, 'file tree', 'sub').delete('d.bin'), /"sub\/d\.bin" is in v1 only/],
    ['a file is in v2 only', info => dictAt(info, 'file tree').set('zz', { '': { length: 0 } }), /"zz" is in v2 only/],
    [
      'the order differs',
      info => info.set('files', [...files(info).slice(4, 5), ...files(info).slice(0, 4), ...files(info).slice(5)]),
      /where v1 has "empty"/,
    ],
    [
      'a file does not start at a piece',
      info =>
        info.set(
          'files',
          files(info).map((f, i) =>
            i === 1 ? new Map(f).set('length', 16_378) : i === 3 ? new Map(f).set('length', 9153) : f,
          ),
        ),
      /"b\.bin" does not start at a piece/,
    ],
  ])('is refused where %s', (_, change, message) => {
    expect(refusal('hybrid-multi', change)).toMatch(message)
  })

  it('needs v1 hashes of the right number too', () => {
    expect(refusal('hybrid-multi', info => info.set('pieces', new Uint8Array(20)))).toMatch(/info\.pieces/)
  })

  it('without a v1 file list is refused, not read as v2', () => {
    expect(refusal('hybrid-multi', info => info.delete('files'))).toMatch(/either "length"/)
  })

  it('is what libtorrent made of it, unchanged', () => {
    expect(changedFixture('hybrid-multi', () => {})).toEqual(new Uint8Array(fixture('hybrid-multi')))
  })
})
