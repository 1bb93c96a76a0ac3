import { expect, it } from 'vitest'
import { citationsIn, expectThere } from './citations.ts'

const citations = await citationsIn('SECURITY.md')

it('SECURITY.md cites tests', () => {
  expect(citations.length).toBeGreaterThan(60)
})

it.each(citations)('%s has a test "%s"', expectThere)
