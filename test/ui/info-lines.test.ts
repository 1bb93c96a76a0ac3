import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { buildTorrent } from '../../src/lib/metainfo/create.ts'
import { parseMetainfo, type Metainfo } from '../../src/lib/metainfo/metainfo.ts'
import { infoLines } from '../../src/lib/ui/info-lines.ts'
import { pieceHashes, torrentJson } from '../../src/lib/ui/torrent-document.ts'

const fixture = (name: string): Metainfo =>
  parseMetainfo(readFileSync(new URL(`../fixtures/${name}.torrent`, import.meta.url)))

/** Two files in one piece, with every optional key. */
const rich = parseMetainfo(
  buildTorrent({
    name: 'album',
    files: [
      { path: ['a.txt'], length: 5 },
      { path: ['sub', 'b\u202etxt'], length: 7 },
    ],
    singleFile: false,
    pieceLength: 16_384,
    pieces: new Uint8Array(20).fill(0xab),
    tiers: [['http://a.example/announce', 'udp://b.example:80'], ['http://c.example/announce']],
    webSeeds: ['http://d.example/'],
    nodes: [{ host: '10.0.0.1', port: 6881 }],
    comment: 'red \u001b[31malert',
    createdBy: 'test 1',
    creationDate: 86_400,
    private: true,
    source: 'XYZ',
  }),
)

describe('infoLines', () => {
  test('puts the lines that scripts depend on first, the hashes last, and all else between', () => {
    const lines = infoLines(rich)
    const hash = /^Info Hash: ([0-9a-f]{40})$/.exec(lines[2] ?? '')?.[1] ?? ''
    const trackers = ['http://a.example/announce', 'udp://b.example:80', 'http://c.example/announce']
    const magnet = `magnet:?xt=urn:btih:${hash}&dn=album${trackers.map(url => `&tr=${encodeURIComponent(url)}`).join('')}`
    expect(lines).toEqual([
      'Tracker URL: http://a.example/announce',
      'Length: 12',
      `Info Hash: ${hash}`,
      'Piece Length: 16384',
      'Name: album',
      'Tier 1: http://a.example/announce udp://b.example:80',
      'Tier 2: http://c.example/announce',
      'Private: yes',
      'Source: XYZ',
      'Comment: red \ufffd[31malert',
      'Created By: test 1',
      'Creation Date: 1970-01-02T00:00:00.000Z',
      'Web Seed: http://d.example/',
      'Node: 10.0.0.1:6881',
      `Magnet: ${magnet}&ws=${encodeURIComponent('http://d.example/')}`,
      'Files: 2',
      'File 0: a.txt (5 bytes)',
      'File 1: sub/b_txt (7 bytes)',
      'Pieces: 1',
      'Piece Hashes:',
      'ab'.repeat(20),
    ])
  })

  test('leaves out what is not there', () => {
    const { info } = fixture('v1-single')
    const keys = infoLines({ info }).map(line => line.split(':')[0])
    expect(keys.slice(0, 6)).toEqual(['Length', 'Info Hash', 'Piece Length', 'Name', 'Magnet', 'Pieces'])
  })

  test('says what is special about a file', () => {
    const lines = infoLines(fixture('v1-links'))
    expect(lines).toContain('File 0: link.bin -> dir/target.bin')
    expect(lines).toContain('File 1: dir/target.bin (20000 bytes, executable)')
  })

  test('survives a creation date that is none', () => {
    const lines = infoLines({ ...rich, creationDate: Number.MAX_SAFE_INTEGER })
    expect(lines.some(line => line.startsWith('Creation Date'))).toBe(false)
  })
})

describe('the length', () => {
  test('of a v2-only torrent is that of its files, without the gaps that align them to pieces', () => {
    const { info } = fixture('v2-multi')
    const length = info.files.reduce((sum, file) => sum + file.length, 0)
    expect(info.totalLength).toBeGreaterThan(length)
    expect(infoLines({ info })).toContain(`Length: ${length}`)
    expect(torrentJson({ info })).toMatchObject({ length })
  })

  test('of a hybrid is what its v1 pieces cover, padding included', () => {
    const { info } = fixture('hybrid-multi')
    expect(info.files.some(file => file.padding)).toBe(true)
    expect(infoLines({ info })).toContain(`Length: ${info.totalLength}`)
    expect(torrentJson({ info })).toMatchObject({ length: info.totalLength })
  })
})

describe('pieceHashes', () => {
  test('lists the SHA-256 roots of a v2-only torrent, one a piece of each file', () => {
    const metainfo = fixture('v2-multi')
    const expected = metainfo.info.files.reduce((sum, { length }) => sum + Math.ceil(length / 16_384), 0)
    const hashes = pieceHashes(metainfo)
    expect(hashes).toHaveLength(expected)
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/)
  })

  test('lists the SHA-1 hashes of a hybrid', () => {
    const metainfo = fixture('hybrid-multi')
    const hashes = pieceHashes(metainfo)
    expect(hashes).toHaveLength(metainfo.info.pieceCount)
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{40}$/)
  })
})

describe('torrentJson', () => {
  test('survives a round trip through JSON', () => {
    expect(JSON.parse(JSON.stringify(torrentJson(rich)))).toMatchObject({
      name: 'album',
      version: 'v1',
      length: 12,
      private: true,
      trackers: [['http://a.example/announce', 'udp://b.example:80'], ['http://c.example/announce']],
      files: [{ path: 'a.txt', length: 5, offset: 0 }, { length: 7 }],
      pieces: ['ab'.repeat(20)],
      creationDate: 86_400,
    })
  })
})
