// Everyone uploads as much as the seed, so that the seed has no time to send anything twice, and nobody's upload may lie idle.
import { spread, Swarm } from '../sim/support/swarm.ts'

/** How many times the fluid bound it takes until one seed and so many equal leeches have all of so many pieces. */
export function nearness(leeches: number, pieces: number, blocks: number = 1): number {
  const swarm = new Swarm({ leeches, pieces, blocks })
  swarm.untilFinished()
  const times = swarm.times()
  const last = Math.max(...times)
  console.log(
    `${leeches} leeches, ${pieces} pieces of ${blocks}: bound ${swarm.bound.toFixed(0)} s, ${spread(times)}: ${(last / swarm.bound).toFixed(2)} × the bound;`,
    `the seed sent ${swarm.copies.toFixed(2)} copies, ${(100 * swarm.wasted).toFixed(1)} % came twice`,
  )
  return last / swarm.bound
}
