// `npm run faults`: ends downloads at random moments, again while they resume, and sees that the same command then brings the
// right bytes, fetching only what was not on the disk.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { randomFrom } from './random.mjs'
import { Round } from './round.mjs'
import { SHAPES } from './shapes.mjs'
import { openSource } from './source.mjs'

const USAGE = `npm run faults -- [--rounds 100] [--signals SIGKILL] [--seed 1] [--rate 30]

  --rounds   downloads, each of which is ended twice: while it downloads, and while it resumes
  --signals  what they are ended by, drawn for each time: SIGKILL, or SIGKILL,SIGINT
  --seed     of the random moments
  --rate     MB a second that are given to them`

const options = parse(process.argv.slice(2))
const random = randomFrom(options.seed)
const folder = mkdtempSync(join(tmpdir(), 'bt-faults-'))
const stop = new AbortController()
process.once('SIGINT', () => stop.abort(new Error('interrupted')))
process.exitCode = await run()

async function run() {
  const rounds = []
  const sources = []
  try {
    for (const shape of SHAPES) sources.push(await openSource(join(folder, shape.name), shape, options.rate))
    for (let number = 0; number < options.rounds; number++) {
      stop.signal.throwIfAborted()
      const source = sources[number % sources.length]
      const round = new Round({ source, folder: join(folder, `round-${number}`), random, signals: options.signals })
      rounds.push(await round.run())
      process.stderr.write(`\r${number + 1} of ${options.rounds}`)
    }
    process.stderr.write('\n')
    return report(rounds)
  } finally {
    for (const source of sources) await source.close()
    rmSync(folder, { recursive: true })
  }
}

function report(rounds) {
  const failures = rounds.flatMap(({ failure }) => failure ?? [])
  const ends = rounds.flatMap(({ ends }) => ends)
  const struck = ends.filter(({ early }) => !early)
  const most = key => Math.max(0, ...struck.map(end => end[key]))
  const mean = key => struck.reduce((sum, end) => sum + end[key], 0) / Math.max(1, struck.length)
  const mib = bytes => (bytes / 2 ** 20).toFixed(1)
  console.log(`rounds ${rounds.length}, seed ${options.seed}, ended by ${options.signals.join(' or ')}`)
  console.log(
    `ended in the middle ${struck.length}, before the first piece ${struck.filter(({ stored }) => stored === 0).length}`,
  )
  console.log(
    `given and not on the disk when ended: mean ${mib(mean('inFlight'))} MiB, most ${mib(most('inFlight'))} MiB`,
  )
  console.log(`fetched though it was on the disk: ${rounds.reduce((sum, { again }) => sum + again, 0)} bytes`)
  for (const failure of failures) console.log(`FAILED: ${failure}`)
  console.log(failures.length === 0 ? 'every copy is right' : `${failures.length} failed`)
  return failures.length === 0 ? 0 : 1
}

function parse(args) {
  const text = { type: 'string' }
  const { values } = parseArgs({
    args,
    options: { rounds: text, signals: text, seed: text, rate: text, help: { type: 'boolean' } },
  })
  if (values.help) {
    console.error(USAGE)
    process.exit(0)
  }
  return {
    rounds: Number(values.rounds ?? 100),
    signals: (values.signals ?? 'SIGKILL').split(','),
    seed: Number(values.seed ?? 1),
    rate: Number(values.rate ?? 30) * 1e6,
  }
}
