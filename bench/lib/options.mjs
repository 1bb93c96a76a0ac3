// The command line of the benchmark.
import { freemem } from 'node:os'
import { parseArgs } from 'node:util'

const USAGE = `npm run bench -- [--size 2GiB] [--runs 3] [--only CASE,...] [--clients NAME,...] [--json FILE] [--dir DIR [--keep]] [--minutes 15] [--stay 20]

  --size     the random data that most cases transfer
  --runs     how often each client does each thing; the figures are medians
  --only     these cases: CASES
  --clients  these of the clients that are found: bt,libtorrent,aria2,transmission,webtorrent
  --minutes  how long the case soak takes; it and load run only where --only names them
  --stay     seconds that the peers of soak stay; fewer is more of them
  --json     write all figures into this file
  --dir      a folder on a tmpfs for the data, in place of a tmpfs that exists as long as the benchmark does
  --keep     leave the data of --dir there`

/** In memory: the random data, and as much as twice of it that somebody downloads. */
const COPIES = 3
const UNITS = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

/**
 * @typedef {object} Options
 * @property {number} size bytes
 * @property {number} runs
 * @property {string[]} only names of cases
 * @property {string[] | undefined} clients
 * @property {number} minutes
 * @property {number} stay seconds
 * @property {string | undefined} json
 * @property {string | undefined} dir
 * @property {boolean} keep
 */

/** @returns {Options} */
export function parseOptions(argv, cases) {
  const names = cases.map(({ name }) => name)
  const usual = cases.filter(({ onDemand }) => onDemand !== true).map(({ name }) => name)
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        size: { type: 'string', default: '2GiB' },
        runs: { type: 'string', default: '3' },
        only: { type: 'string', default: usual.join(',') },
        minutes: { type: 'string', default: '15' },
        stay: { type: 'string', default: '20' },
        clients: { type: 'string' },
        json: { type: 'string' },
        dir: { type: 'string' },
        keep: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) leave(0, names)
    const only = values.only.split(',')
    for (const name of only) if (!names.includes(name)) throw new Error(`there is no case "${name}"`)
    if (values.keep && values.dir === undefined) throw new Error('--keep takes --dir')
    return {
      ...values,
      size: room(bytes(values.size)),
      runs: count(values.runs),
      minutes: count(values.minutes),
      stay: count(values.stay),
      only,
      clients: values.clients?.split(','),
    }
  } catch (error) {
    console.error(error.message)
    return leave(2, names)
  }
}

function leave(code, names) {
  console.error(USAGE.replace('CASES', names.join(', ')))
  process.exit(code)
}

function bytes(text) {
  const [, number, unit] = /^(\d+)(|KiB|MiB|GiB)$/.exec(text) ?? []
  if (number === undefined || Number(number) === 0) throw new Error(`"${text}" is not a size such as 512MiB`)
  return Number(number) * UNITS[unit]
}

function room(size) {
  if (COPIES * size > freemem()) throw new Error(`--size takes ${COPIES} times as much free memory; take less`)
  return size
}

function count(text) {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`"${text}" is not a whole number from 1 on`)
  return Number(text)
}
