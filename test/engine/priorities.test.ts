import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../src/lib/bencode/encode.ts'
import { parsePriority, pieceLevels, prioritize } from '../../src/lib/engine/priorities.ts'
import { parseMetainfo, type Info } from '../../src/lib/metainfo/metainfo.ts'

const PIECE = 16_384

/** Each file is one and a half pieces long. */
function torrent(...paths: readonly string[]): Info {
  const files = paths.map(path => ({
    length: PIECE * 1.5,
    path: path.split('/'),
    ...(path.startsWith('.pad') && { attr: 'p' }),
  }))
  const pieces = Buffer.alloc(20 * Math.ceil(paths.length * 1.5))
  return parseMetainfo(encode({ info: { name: 'album', 'piece length': PIECE, pieces, files } as never })).info
}

const info = torrent('a.mkv', 'subs/a.srt', '.pad/1', 'subs/old/b.srt', 'read[me].txt')

/** The indices that one rule names. */
const named = (files: string): number[] => [...prioritize(info, [parsePriority(`${files}=high`)]).keys()]

describe('a rule', () => {
  it.each([
    ['0,3-4', [0, 3, 4]],
    ['*.srt', [1, 3]],
    ['subs/*.srt', [1]],
    ['subs/**', [1, 3]],
    ['**/*.srt', [1, 3]],
    ['subs/**/?.srt', [1, 3]],
    ['a.*', [0, 1]],
    ['read[me].txt', [4]],
    ['0-2', [0, 1]],
  ])('%s names the files %j', (files, indices) => {
    expect(named(files)).toEqual(indices)
  })

  it.each(['', 'high', '=high', '0', '0=', '0=High', '0=7', 'a=b'])('that reads "%s" is refused', text => {
    expect(() => parsePriority(text)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error)
  })

  it('is refused where it names no file, an index that is not there, or a selection that is none', () => {
    expect(() => named('*.none')).toThrow('"*.none=high" names no file of "album"')
    expect(() => named('2')).toThrow('"2=high" names no file')
    expect(() => named('9')).toThrow('there is no 9')
    expect(() => parsePriority('3-1=high')).toThrow('"3-1" is not a selection')
  })

  it('counts for more than one before it', () => {
    const rules = ['*=low', 'a.mkv=high', '1=normal'].map(text => parsePriority(text))
    expect([...prioritize(info, rules)]).toEqual([
      [0, 'high'],
      [1, 'normal'],
      [3, 'low'],
      [4, 'low'],
    ])
  })

  it('may be any text', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          prioritize(info, [parsePriority(`${text}=low`)])
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' })
        }
      }),
    )
  })
})

describe('the levels of pieces', () => {
  it('are those of their files, the highest where several share one', () => {
    const three = torrent('a', 'b', 'c')
    const levels = (...priorities: [number, 'high' | 'normal' | 'low'][]) => [
      ...pieceLevels(three, [0, 1, 2], new Map(priorities)),
    ]
    expect(levels()).toEqual([1, 1, 1, 1, 1])
    expect(levels([0, 'low'], [2, 'high'])).toEqual([2, 1, 1, 0, 0])
    expect(levels([0, 'low'], [1, 'low'])).toEqual([2, 2, 2, 1, 1])
  })

  it('do not heed files that are not wanted', () => {
    expect([...pieceLevels(torrent('a', 'b'), [1], new Map([[0, 'high' as const]]))]).toEqual([2, 1, 1])
  })
})
