import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode } from '../../src/lib/bencode/encode.ts'
import { filesNamed, parseIndices } from '../../src/lib/engine/file-names.ts'
import { parseMetainfo, type Info } from '../../src/lib/metainfo/metainfo.ts'

const index = fc.nat(999_999_999)
const range = fc.tuple(index, index).map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])

describe('parseIndices', () => {
  test('reads indices and ranges, with spaces around them', () => {
    expect(parseIndices('0,2,5-7')).toEqual([
      [0, 0],
      [2, 2],
      [5, 7],
    ])
    expect(parseIndices(' 3 , 4-4 ')).toEqual([
      [3, 3],
      [4, 4],
    ])
  })

  test('reads back what was written', () => {
    fc.assert(
      fc.property(fc.array(range, { minLength: 1 }), ranges => {
        expect(parseIndices(ranges.map(([from, to]) => `${from}-${to}`).join(','))).toEqual(ranges)
      }),
    )
  })

  test.each(['', ',', '1,', 'x', '1-', '-1', '3-1', '1.5', '0x1', '1-2-3', '1 2', '9999999999'])(
    'refuses "%s"',
    text => {
      expect(() => parseIndices(text)).toThrow(expect.objectContaining({ code: 'USAGE' }) as Error)
    },
  )

  test('takes any text for a selection or refuses it as wrong usage', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        try {
          for (const [from, to] of parseIndices(text)) expect(from).toBeLessThanOrEqual(to)
        } catch (error) {
          expect(error).toMatchObject({ code: 'USAGE' })
        }
      }),
    )
  })
})

describe('filesNamed', () => {
  /** a, padding (BEP 47), b, padding, c. */
  const info = padded()

  test('counts all entries, and takes none that is padding', () => {
    expect(filesNamed(info, [[0, 0]])).toEqual([0])
    expect(filesNamed(info, [[1, 4]])).toEqual([2, 4])
    expect(filesNamed(info, [[1, 1]])).toEqual([])
  })

  test('names each file once', () => {
    const ranges = [
      [0, 2],
      [2, 2],
      [0, 4],
    ] as const
    expect(filesNamed(info, ranges)).toEqual([0, 2, 4])
  })

  test('refuses an index past the last entry, naming those that there are', () => {
    expect(() => filesNamed(info, [[1, 5]])).toThrow('"album" has files 0 to 4; there is no 5')
  })
})

function padded(): Info {
  const pad = { attr: 'p', length: 6, path: ['.pad', '6'] }
  const file = (name: string): object => ({ length: 10, path: [name] })
  const files = [file('a'), pad, file('b'), pad, file('c')] as never
  return parseMetainfo(encode({ info: { name: 'album', 'piece length': 16_384, pieces: Buffer.alloc(20), files } }))
    .info
}
