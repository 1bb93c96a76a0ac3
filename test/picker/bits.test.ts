import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { firstCommon, forEachPiece, minus } from '../../src/lib/picker/bits.ts'
import { bitfieldOf } from './support.ts'

const length = fc.integer({ min: 1, max: 70 })
const twoSets = length.chain(n => {
  const pieces = fc.uniqueArray(fc.nat(n - 1))
  return fc.record({ n: fc.constant(n), a: pieces, b: pieces, from: fc.nat(n - 1) })
})

describe('bits', () => {
  it('finds the first common piece from a place on, and then from the start', () => {
    fc.assert(
      fc.property(twoSets, ({ n, a, b, from }) => {
        const common = a.filter(piece => b.includes(piece)).sort((x, y) => x - y)
        const expected = common.find(piece => piece >= from) ?? common[0]
        expect(firstCommon(bitfieldOf(n, a), bitfieldOf(n, b), from)).toBe(expected)
      }),
    )
  })

  it('visits every piece once, ascending', () => {
    fc.assert(
      fc.property(twoSets, ({ n, a }) => {
        const visited: number[] = []
        forEachPiece(bitfieldOf(n, a), piece => visited.push(piece))
        expect(visited).toEqual([...a].sort((x, y) => x - y))
      }),
    )
  })

  it('takes one set from another', () => {
    fc.assert(
      fc.property(twoSets, ({ n, a, b }) => {
        const rest = minus(bitfieldOf(n, a), bitfieldOf(n, b))
        expect(new Set(rest.indices())).toEqual(new Set(a.filter(piece => !b.includes(piece))))
      }),
    )
  })
})
