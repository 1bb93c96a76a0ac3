// How near a swarm of equals comes to the best that is possible: everyone uploads as much as the seed, so that the seed has no
// time to send anything twice, and nobody's upload may lie idle.
import { expect, it } from 'vitest'
import { spread, Swarm } from './support/swarm.ts'

it.each([
  [10, 256],
  [100, 384],
])('one seed and %i equal leeches take no longer than 1.3 times the fluid bound (%i pieces)', (leeches, pieces) => {
  const swarm = new Swarm({ leeches, pieces })
  swarm.untilFinished()
  const times = swarm.times()
  const [last = Infinity] = times.slice(-1)
  console.log(
    `${leeches} leeches: bound ${swarm.bound.toFixed(0)} s, ${spread(times)}: ${(last / swarm.bound).toFixed(2)} × the bound;`,
    `the seed sent ${swarm.copies.toFixed(2)} copies, ${(100 * swarm.wasted).toFixed(1)} % came twice`,
  )
  expect(last / swarm.bound).toBeLessThan(1.3)
})
