// What bt adds to the start of Node.
import { contest } from '../lib/contest.mjs'
import { BT } from '../lib/clients/bt.mjs'
import { median } from '../lib/stats.mjs'

/** A start is short, and noise is not. */
const ROUNDS_PER_RUN = 5
const COMMANDS = { 'node -e 0': ['-e', '0'], 'bt decode 5:hello': [BT, 'decode', '5:hello'] }

/** @type {import('./index.mjs').Case} */
export const start = {
  name: 'start',
  title: 'Start of the program',
  async run(lab) {
    const contestants = Object.entries(COMMANDS).map(([name, args]) => ({
      name,
      run: async () => {
        const began = performance.now()
        await lab.spawn(process.execPath, args, 0).success()
        return { ms: performance.now() - began }
      },
    }))
    const results = await contest(lab, contestants, Math.max(10, lab.options.runs * ROUNDS_PER_RUN))
    const [bare, ours] = Object.keys(COMMANDS).map(name => (results.get(name) ?? []).map(({ ms }) => ms))
    return {
      table: {
        head: ['command', 'ms'],
        rows: [...results].map(([name, runs]) => [name, median(runs.map(({ ms }) => ms))]),
      },
      figures: Object.fromEntries(results),
      goals: [{ what: 'above node -e 0', value: above(ours, bare), atMost: 60, unit: 'ms' }],
    }
  },
}

function above(ours, bare) {
  return median(ours.map((ms, round) => (bare[round] === undefined ? undefined : ms - bare[round])))
}
