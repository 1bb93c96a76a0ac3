// What a simulated peer costs does not grow with the swarm but for the event queue's log N.
import { expect, it } from 'vitest'
import { Swarm } from '../sim/support/swarm.ts'

const PIECES = 8

/** Events of the whole simulation: what arrives, what is sent, what times out. */
function events(leeches: number): number {
  const swarm = new Swarm({ leeches, pieces: PIECES })
  const before = process.cpuUsage()
  swarm.untilFinished()
  const { user } = process.cpuUsage(before)
  const { events } = swarm.world.clock
  console.log(`${leeches} leeches: ${events} events, ${(user / 1e6).toFixed(1)} s of processor time`)
  return events
}

it('a thousand simulated peers cost no more than N log N', () => {
  const [few, many] = [125, 1000]
  const growth = (many * Math.log(many)) / (few * Math.log(few))
  expect(events(many) / events(few)).toBeLessThan(growth)
})
