// `npm run bench`: measures bt and the other clients that are installed, in turn, and prints the tables with the ratios.
import { writeFile } from 'node:fs/promises'
import { CASES } from './cases/index.mjs'
import { endEverything } from './lib/child.mjs'
import { judge } from './lib/goal.mjs'
import { openLab } from './lib/lab.mjs'
import { machine } from './lib/machine.mjs'
import { enterNamespace, insideNamespace, onOrphaned } from './lib/namespace.mjs'
import { parseOptions } from './lib/options.mjs'
import { markdown } from './lib/table.mjs'

const options = parseOptions(process.argv.slice(2), CASES)
process.exitCode = insideNamespace() ? await bench() : await enterNamespace(options)

async function bench() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void interrupted(signal))
  onOrphaned(() => void interrupted('SIGHUP'))
  const lab = await openLab(options)
  try {
    const report = { machine: machine(), size: options.size, runs: options.runs, clients: lab.versions(), cases: [] }
    console.log(header(report))
    for (const one of CASES.filter(({ name }) => options.only.includes(name))) {
      lab.note(`== ${one.name}`)
      const outcome = { name: one.name, title: one.title, ...(await one.run(lab)) }
      report.cases.push(outcome)
      console.log(`\n### ${outcome.title}\n\n${markdown(outcome.table)}\n`)
      for (const name of missing(lab, one)) console.log(`Left out, since it takes ${name}, which is not here.\n`)
      for (const goal of outcome.goals) console.log(`- ${judge(goal)}`)
    }
    console.log(summary(report.cases))
    for (const failure of lab.failures) console.log(`- failed: ${failure.split('\n', 1)[0]}`)
    const json = JSON.stringify({ ...report, failures: lab.failures }, null, 2)
    if (options.json !== undefined) await writeFile(options.json, `${json}\n`)
    return lab.failures.length === 0 ? 0 : 1
  } finally {
    await lab.close()
  }
}

/** Who else takes part in a case, and is not installed or not wanted. */
function missing(lab, { needs = [] }) {
  return needs.filter(name => lab.clients(name).length === 0)
}

async function interrupted(signal) {
  await endEverything()
  process.exit(signal === 'SIGINT' ? 130 : 143)
}

/** @returns {string} */
function header({ machine, size, runs, clients }) {
  const found = clients.map(({ name, version }) => `${name} ${version ?? '(not found: left out)'}`)
  return `${machine}\n${size / 2 ** 20} MiB of random data, ${runs} runs, on tmpfs, loopback\n${found.join(', ')}`
}

function summary(cases) {
  const goals = cases.flatMap(one => one.goals.map(goal => ({ ...goal, what: `${one.name}: ${goal.what}` })))
  return `\n### Goals\n\n${goals.map(goal => `- ${judge(goal)}`).join('\n')}`
}
