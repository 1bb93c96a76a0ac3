// All cases.
import { check } from './check.mjs'
import { create } from './create.mjs'
import { download, downloadFour } from './download.mjs'
import { idle } from './idle.mjs'
import { load } from './load.mjs'
import { memory } from './memory.mjs'
import { memorySeed } from './memory-seed.mjs'
import { pairs } from './pairs.mjs'
import { seed } from './seed.mjs'
import { small } from './small.mjs'
import { soak } from './soak.mjs'
import { start } from './start.mjs'
import { tracker } from './tracker.mjs'

/**
 * @typedef {object} Outcome
 * @property {import('../lib/table.mjs').Table} table
 * @property {import('../lib/goal.mjs').Goal[]} goals
 * @property {object} figures every single one, for --json
 *
 * @typedef {object} Case
 * @property {string} name for --only
 * @property {string} title
 * @property {string[]} [needs] clients without which there is nothing to measure
 * @property {boolean} [onDemand] only where --only names it
 * @property {(lab: import('../lib/lab.mjs').Lab) => Promise<Outcome>} run
 */

/** @type {Case[]} */
export const CASES = [
  download,
  downloadFour,
  seed,
  pairs,
  memory,
  memorySeed,
  load,
  small,
  check,
  create,
  idle,
  start,
  tracker,
  soak,
]
