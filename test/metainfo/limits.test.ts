// How large a torrent may be: each limit at its number, and one past it.
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../src/lib/base/bytes.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../src/lib/bencode/value.ts'
import {
  MAX_PATH_DEPTH,
  MAX_PIECE_LENGTH,
  MAX_PIECES,
  MAX_TORRENT_BYTES,
  MIN_PIECE_LENGTH_V2,
} from '../../src/lib/metainfo/limits.ts'
import { type Info, parseInfo, parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { safeElement } from '../../src/lib/metainfo/safe-path.ts'
import { errorOf } from '../bencode/arbitrary.ts'
import { type Dict, multiFileInfo, singleFileInfo, torrent } from './samples.ts'

const read = (info: BencodeInput): Info => parseInfo(encode(info))
const refusal = (info: BencodeInput): string => {
  const error = errorOf(() => read(info))
  expect(error.code).toMatch(/^(METAINFO_INVALID|BENCODE_MALFORMED)$/)
  return error.message
}

/** One file of a v2-only torrent. */
function v2(length: number, pieceLength: number, path: readonly string[] = ['sample.bin']): Dict {
  const root = new Uint8Array(32).fill(7)
  const file: BencodeInput = { '': { length, 'pieces root': root } }
  const tree = path.reduceRight<BencodeInput>((inner, name) => ({ [name]: inner }), file)
  return { name: 'sample', 'meta version': 2, 'piece length': pieceLength, 'file tree': tree }
}

describe('the limits of a torrent', () => {
  it('10,000,000 bytes of .torrent file', () => {
    const bare = torrent(singleFileInfo(), { comment: '' }).length
    const digits = '9999000'.length
    const fill = (more: number): Uint8Array =>
      torrent(singleFileInfo(), { comment: 'x'.repeat(MAX_TORRENT_BYTES - bare - digits + 1 + more) })
    expect(fill(0)).toHaveLength(MAX_TORRENT_BYTES)
    expect(parseMetainfo(fill(0)).info.pieceCount).toBe(3)
    expect(errorOf(() => parseMetainfo(fill(1))).message).toMatch(/has 10000001 bytes; at most 10000000/)
  })

  it('2,097,152 pieces', () => {
    const length = MAX_PIECES * MIN_PIECE_LENGTH_V2
    expect(read(v2(length, MIN_PIECE_LENGTH_V2)).pieceCount).toBe(MAX_PIECES)
    expect(refusal(v2(length + 1, MIN_PIECE_LENGTH_V2))).toMatch(/2097153 pieces; at most 2097152/)
  })

  it('pieces of 512 MiB', () => {
    const changes = (pieceLength: number): Dict =>
      singleFileInfo({ 'piece length': pieceLength, pieces: new Uint8Array(20) })
    expect(read(changes(MAX_PIECE_LENGTH)).pieceLength).toBe(MAX_PIECE_LENGTH)
    expect(refusal(changes(MAX_PIECE_LENGTH + 1))).toMatch(/from 1 to 536870912/)
    expect(read(v2(1, MAX_PIECE_LENGTH)).pieceLength).toBe(MAX_PIECE_LENGTH)
    expect(refusal(v2(1, 2 * MAX_PIECE_LENGTH))).toMatch(/from 16384 to 536870912/)
  })

  it('pieces of 16 KiB at least in v2, and of one byte in v1', () => {
    expect(read(v2(1, MIN_PIECE_LENGTH_V2)).pieceLength).toBe(MIN_PIECE_LENGTH_V2)
    expect(refusal(v2(1, MIN_PIECE_LENGTH_V2 / 2))).toMatch(/from 16384/)
    expect(read(singleFileInfo({ length: 3, 'piece length': 1 })).pieceCount).toBe(3)
    expect(refusal(singleFileInfo({ length: 3, 'piece length': 0 }))).toMatch(/from 1 to/)
  })

  it('100 folders and files in one another', () => {
    const path = (depth: number): string[] => Array.from({ length: depth }, (_, n) => `d${n}`)
    const v1 = (depth: number): Dict => multiFileInfo([{ path: path(depth), length: 30 }])
    expect(read(v1(MAX_PATH_DEPTH)).files[0]?.path).toHaveLength(MAX_PATH_DEPTH)
    expect(refusal(v1(MAX_PATH_DEPTH + 1))).toMatch(/has 101 elements; at most 100 are taken/)
    // In v2 each folder is a dictionary, of which three more stand around it and one inside: bencode's depth is what ends it.
    expect(read(v2(1, MIN_PIECE_LENGTH_V2, path(MAX_PATH_DEPTH - 3))).files[0]?.path).toHaveLength(97)
    expect(refusal(v2(1, MIN_PIECE_LENGTH_V2, path(MAX_PATH_DEPTH - 2)))).toMatch(/nested deeper than 100/)
  })

  it('240 bytes of a name', () => {
    expect(safeElement('a'.repeat(240))).toBe('a'.repeat(240))
    expect(safeElement('a'.repeat(241))).toBe('a'.repeat(240))
    expect(safeElement(concat([utf8('a'.repeat(239)), utf8('ä')]))).toBe('a'.repeat(239))
  })
})
