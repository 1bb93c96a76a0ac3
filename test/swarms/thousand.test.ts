// As fluid-bound.test.ts, a thousand leeches. It computes for minutes, so `npm run test:swarms` alone runs it.
import { expect, it } from 'vitest'
import { nearness } from './nearness.ts'

it('one seed and 1,000 equal leeches take no longer than 1.3 times the fluid bound', () => {
  expect(nearness(1000, 512)).toBeLessThan(1.3)
})
