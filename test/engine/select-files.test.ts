import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../src/lib/bencode/encode.ts'
import { parseSelectRule, selectFiles } from '../../src/lib/engine/select-files.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'

const PATHS = ['a.mkv', 'subs/a.srt', '.pad/1', 'subs/b.srt', 'info.nfo', 'extras/x/b.mkv']
const files = PATHS.map(path => ({
  length: 16_384,
  path: path.split('/'),
  ...(path.startsWith('.pad') && { attr: 'p' }),
}))
const metainfo = { info: { name: 'film', 'piece length': 16_384, pieces: Buffer.alloc(20 * PATHS.length), files } }
const { info } = parseMetainfo(encode(metainfo))

const selected = (...texts: string[]): readonly number[] => selectFiles(info, texts.map(parseSelectRule))

describe('a selection', () => {
  it.each([
    [['0,3-4'], [0, 3, 4]],
    [['*.mkv'], [0, 5]],
    [['subs/'], [1, 3]],
    [['x/'], [5]],
    [
      ['{a,b}.[ms]*', '!*.nfo'],
      [0, 1, 3, 5],
    ],
    [
      ['4', '*.mkv'],
      [0, 4, 5],
    ],
    [['!*.nfo'], [0, 1, 3, 5]],
    [
      ['!0-2', '!*.nfo'],
      [3, 5],
    ],
    [['!extras/', '*.mkv'], [0]],
    [['*.mkv', '!extras/'], [0]],
  ])('%j chooses %j', (texts, indices) => {
    expect(selected(...texts)).toEqual(indices)
  })

  it.each([
    [[''], '"" is no selection'],
    [['!'], '"!" is no selection'],
    [['3-1'], 'is not a selection of files'],
    [['9'], 'there is no 9'],
    [['2'], '"2" names no file of "film"'],
    [['*.mkv', '!*.avi'], '"!*.avi" names no file of "film"'],
    [['*.nfo', '!info.*'], 'no file of "film" is left by "*.nfo" "!info.*"'],
  ])('%j is refused', (texts, message) => {
    expect(() => selected(...texts)).toThrow(message)
    expect(() => selected(...texts)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error)
  })

  it('chooses some stored files, or is refused as wrong usage, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), texts => {
        try {
          expect(selected(...texts).every(index => index !== 2)).toBe(true)
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' })
        }
      }),
    )
  })
})
