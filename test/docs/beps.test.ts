import { expect, it } from 'vitest'
import { citationsIn, expectThere } from './citations.ts'

const citations = await citationsIn('docs/BEPS.md')

it('docs/BEPS.md cites tests', () => {
  expect(citations.length).toBeGreaterThan(90)
})

it.each(citations)('%s has a test "%s"', expectThere)
