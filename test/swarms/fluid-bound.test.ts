// How near a swarm of equals comes to the best that is possible.
import { expect, it } from 'vitest'
import { nearness } from './nearness.ts'

it.each([
  [10, 256],
  [100, 384],
])('one seed and %i equal leeches take no longer than 1.3 times the fluid bound (%i pieces)', (leeches, pieces) => {
  expect(nearness(leeches, pieces)).toBeLessThan(1.3)
})

it('large pieces, which can be passed on only when they are whole, cost no more than twice the bound', () => {
  expect(nearness(20, 64, 16)).toBeLessThan(2)
})
