import { assert, nat, property, uniqueArray } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { columns, ranges } from '../../src/lib/ui/columns.ts'

describe('columns', () => {
  test('aligns what follows, and leaves no space at the end', () => {
    expect(
      columns([
        ['a', 'bbb', 'c'],
        ['aaaa', 'b', 'ccc'],
      ]),
    ).toEqual(['a     bbb  c', 'aaaa  b    ccc'])
  })

  test('is not stretched by the last cell of a short row', () => {
    expect(
      columns([
        ['a', 'b', 'c'],
        ['a', 'a long remark'],
      ]),
    ).toEqual(['a  b  c', 'a  a long remark'])
  })

  test('has nothing to say of no rows', () => {
    expect(columns([])).toEqual([])
  })
})

describe('ranges', () => {
  test.each([
    [[], ''],
    [[3], '3'],
    [[0, 1, 2], '0-2'],
    [[0, 2, 3, 4, 9], '0, 2-4, 9'],
  ])('%j is "%s"', (numbers, text) => {
    expect(ranges(numbers)).toBe(text)
  })

  test('says exactly which numbers there are', () => {
    assert(
      property(uniqueArray(nat(60)), numbers => {
        const sorted = numbers.toSorted((a, b) => a - b)
        const read = ranges(sorted)
          .split(', ')
          .filter(text => text !== '')
          .flatMap(text => {
            const [first = 0, last = first] = text.split('-').map(Number)
            return Array.from({ length: last - first + 1 }, (_, i) => first + i)
          })
        expect(read).toEqual(sorted)
      }),
    )
  })
})
