// What libtorrent says of the torrents that it made; see test/fixtures/README.md.
import { describe, expect, it } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { type FileEntry, parseInfo, parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { fixture } from './samples.ts'

type Row = readonly [path: string, length: number, offset: number]
const rows = (files: readonly FileEntry[]): Row[] => files.map(file => [file.path.join('/'), file.length, file.offset])

const ALIGNED: readonly Row[] = [
  ['a.txt', 5, 0],
  ['b.bin', 40_000, 16_384],
  ['empty', 0, 56_384],
  ['sub/c.bin', 100_000, 65_536],
  ['sub/d.bin', 16_384, 180_224],
]

interface Expected {
  readonly name: string
  readonly v1?: string
  readonly v2?: string
  readonly pieces: number
  readonly total: number
  readonly files: readonly Row[]
}

const EXPECTED: readonly Expected[] = [
  {
    name: 'v1-single',
    v1: '6c6a4cb5949f1a58684aaea15a070da0b0c6522a',
    pieces: 3,
    total: 70_000,
    files: [['solo.bin', 70_000, 0]],
  },
  {
    name: 'v1-multi',
    v1: '9e89b242db2e3dae0bf4bf24e03dc5658fe3b9cc',
    pieces: 10,
    total: 156_389,
    files: [
      ['b.bin', 40_000, 0],
      ['empty', 0, 40_000],
      ['sub/d.bin', 16_384, 40_000],
      ['sub/c.bin', 100_000, 56_384],
      ['a.txt', 5, 156_384],
    ],
  },
  {
    name: 'hybrid-single',
    v1: 'f5c96946992e1f6ff05893fb6ad5ce9c76d2ace5',
    v2: '09882f166f42df3a0c357fd32620630dd1e38082a94bdbeed4914d99582d71f8',
    pieces: 3,
    total: 70_000,
    files: [['solo.bin', 70_000, 0]],
  },
  {
    name: 'hybrid-multi',
    v1: '373aa80069cef9059e929ee8a47c9081e2bd2f73',
    v2: '794797144dc9442ed35e65424e9ed0cf6ec4f0ef2b3ee3d9d7a1a5d171e77d65',
    pieces: 12,
    total: 196_608,
    files: [
      ['a.txt', 5, 0],
      ['.pad/16379', 16_379, 5],
      ['b.bin', 40_000, 16_384],
      ['.pad/9152', 9152, 56_384],
      ['empty', 0, 65_536],
      ['sub/c.bin', 100_000, 65_536],
      ['.pad/14688', 14_688, 165_536],
      ['sub/d.bin', 16_384, 180_224],
    ],
  },
  {
    name: 'v2-single',
    v2: '5dbbdca53d4f9312e032859bc2fd4417a85fbe1f08a4f6c899511d3189143b3e',
    pieces: 3,
    total: 70_000,
    files: [['solo.bin', 70_000, 0]],
  },
  {
    name: 'v2-multi',
    v2: '4e806ec48c4759595c6dd0c575ebe6d4d750f9b9eac99624d37364e3b44ea024',
    pieces: 12,
    total: 196_608,
    files: ALIGNED,
  },
]

describe.each(EXPECTED)('$name', ({ name, v1, v2, pieces, total, files }) => {
  const { info, tiers, pieceLayers, warnings } = parseMetainfo(fixture(name))

  it('has the info-hashes that libtorrent gives it', () => {
    expect(hex(info.infoHash)).toBe(v1 ?? v2?.slice(0, 40))
    expect(info.infoHashV2 === undefined ? undefined : hex(info.infoHashV2)).toBe(v2)
    expect(info.version).toBe(name.split('-')[0])
  })

  it('has its pieces and its files, in order and in place', () => {
    expect(info).toMatchObject({ pieceCount: pieces, totalLength: total, singleFile: name.endsWith('single') })
    expect(info.pieces).toHaveLength(v1 === undefined ? 0 : pieces * 20)
    expect(rows(info.files)).toEqual(files)
    expect(info.files.filter(file => file.padding).map(file => file.path[0])).toEqual(
      files.filter(([path]) => path.startsWith('.pad')).map(() => '.pad'),
    )
  })

  it('has a root for each file with content, and a layer for each of more than a piece, where it is v2', () => {
    for (const file of info.files.filter(file => !file.padding)) {
      expect(file.piecesRoot?.length).toBe(v2 === undefined || file.length === 0 ? undefined : 32)
    }
    const long = info.files.filter(file => !file.padding && file.length > info.pieceLength)
    const roots = long.map(file => (file.piecesRoot === undefined ? '' : hex(file.piecesRoot)))
    expect(pieceLayers && [...pieceLayers.keys()]).toEqual(v2 === undefined ? undefined : roots)
  })

  it('has nothing to warn of, and is the same when it comes from a peer', () => {
    expect(warnings).toEqual([])
    expect(tiers).toEqual([['http://tracker.example/announce']])
    expect(parseInfo(info.raw)).toEqual(info)
  })
})

describe.each(['v1-links', 'hybrid-links', 'v2-links'])('%s', name => {
  it('has an executable file and a link to it', () => {
    const { info } = parseMetainfo(fixture(name))
    const [link] = info.files.filter(file => file.symlink !== undefined)
    const [target] = info.files.filter(file => file.length === 20_000)
    expect(link).toMatchObject({ path: ['link.bin'], length: 0, symlink: ['dir', 'target.bin'] })
    expect(target).toMatchObject({ path: ['dir', 'target.bin'], executable: true })
  })
})
