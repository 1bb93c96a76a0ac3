// `npm run bench`: measures bt and the other clients that are installed, in turn, and prints the tables with the ratios.
import { writeFile } from 'node:fs/promises'
import { CASES } from './cases/index.mjs'
import { endEverything } from './lib/child.mjs'
import { judge } from './lib/goal.mjs'
import { openLab } from './lib/lab.mjs'
import { machine } from './lib/machine.mjs'
import { enterNamespace, insideNamespace } from './lib/namespace.mjs'
import { parseOptions } from './lib/options.mjs'
import { markdown } from './lib/table.mjs'

const options = parseOptions(process.argv.slice(2), CASES)
process.exitCode = insideNamespace() ? await bench() : await enterNamespace(options)

async function bench() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void interrupted(signal))
  const lab = await openLab(options)
  try {
    const report = { machine: machine(), size: options.size, runs: options.runs, clients: lab.versions(), cases: [] }
    console.log(header(report))
    for (const one of CASES.filter(({ name }) => options.only.includes(name))) {
      lab.note(`== ${one.name}`)
      const outcome = { name: one.name, title: one.title, ...(await one.run(lab)) }
      report.cases.push(outcome)
      console.log(`\n### ${outcome.title}\n\n${markdown(outcome.table)}\n`)
      for (const line of outcome.notes ?? []) console.log(line)
      for (const goal of outcome.goals) console.log(`- ${judge(goal)}`)
    }
    console.log(summary(report.cases))
    if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`)
    return lab.failures.length === 0 ? 0 : 1
  } finally {
    await lab.close()
  }
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
