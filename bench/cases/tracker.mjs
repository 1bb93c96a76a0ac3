// How many announces a tracker answers, while another core makes the load: a second, and a second of its processor time,
// which is what one core could do that nothing else disturbs and whose load never waits.
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BT } from '../lib/clients/bt.mjs'
import { contest } from '../lib/contest.mjs'
import { median } from '../lib/stats.mjs'
import { freePort, version } from '../lib/tools.mjs'

const LUA = fileURLToPath(new URL('../tracker/announce.lua', import.meta.url))
const UDP_LOAD = fileURLToPath(new URL('../tracker/udp-load.mjs', import.meta.url))
const SWARMS = 1000
const SECONDS = 5
const CONNECTIONS = 64

/** Ways to announce, the goals of issue 4, and what makes the load. */
const WAYS = {
  'HTTP, a connection each': { goal: 5000, load: (lab, at, hashes) => wrk(lab, at, hashes, 'close') },
  'HTTP, connections kept': { goal: 5000, load: (lab, at, hashes) => wrk(lab, at, hashes, 'keep') },
  UDP: { goal: 20_000, load: udp },
}

const TRACKERS = {
  'bt tracker': (lab, { host, port }) => {
    const ports = ['--http-port', String(port), '--udp-port', String(port)]
    return lab.spawn(process.execPath, [BT, 'tracker', '--host', host, ...ports], 0)
  },
  opentracker: (lab, { host, port }, hashes) => {
    return lab.spawn('opentracker', ['-i', host, '-p', String(port), '-P', String(port), '-w', hashes], 0)
  },
}

/** @type {import('./index.mjs').Case} */
export const tracker = {
  name: 'tracker',
  title: `Announces a second, ${SWARMS} swarms, 50 peers asked for`,
  async run(lab) {
    const hashes = join(lab.folder('hashes'), 'hashes.txt')
    writeFileSync(hashes, Array.from({ length: SWARMS }, () => `${randomBytes(20).toString('hex')}\n`).join(''))
    const results = await contest(lab, contestants(lab, hashes))
    const of = (name, key) => median((results.get(name) ?? []).map(run => run[key]))
    return {
      table: {
        head: ['announces', 'a second', 'a CPU second', '99 % within ms'],
        rows: [...results].map(([name]) => [name, of(name, 'rate'), of(name, 'perCpu'), of(name, 'p99')]),
      },
      figures: Object.fromEntries(results),
      goals: Object.entries(WAYS).map(([way, { goal }]) => ({
        what: `bt tracker, ${way}`,
        value: of(`bt tracker, ${way}`, 'perCpu'),
        atLeast: goal,
        unit: 'a second of one core',
      })),
    }
  },
}

/** Each tracker that is here, in each way for which something makes the load; wrk and opentracker may be missing. */
function contestants(lab, hashes) {
  const hasWrk = version('sh', ['-c', 'wrk -v; true']) !== undefined
  const hasOpentracker = version('sh', ['-c', 'command -v opentracker && echo 0.0']) !== undefined
  if (!hasWrk) lab.note('   wrk is not here: no load over HTTP')
  const ways = Object.entries(WAYS).filter(([way]) => hasWrk || way === 'UDP')
  const trackers = Object.entries(TRACKERS).filter(([name]) => hasOpentracker || name !== 'opentracker')
  return ways.flatMap(([way, { load }]) =>
    trackers.map(([name, start]) => ({
      name: `${name}, ${way}`,
      run: async () => await measure(lab, start, load, hashes),
    })),
  )
}

async function measure(lab, start, load, hashes) {
  const host = lab.host()
  const at = { host, port: await freePort(host) }
  const child = start(lab, at, hashes)
  try {
    await answers(at)
    await load(lab, at, hashes) // warm, and its swarms filled
    const before = child.cpu()
    const result = await load(lab, at, hashes)
    return { ...result, perCpu: (result.rate * SECONDS) / (child.cpu() - before) }
  } finally {
    await child.stop()
  }
}

/** Resolves once somebody answers HTTP there. */
async function answers({ host, port }) {
  for (;;) {
    const answered = await fetch(`http://${host}:${port}/scrape?info_hash=${'a'.repeat(20)}`).catch(() => undefined)
    if (answered !== undefined) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

async function wrk(lab, { host, port }, hashes, connections) {
  const args = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--latency', '-s', LUA, `http://${host}:${port}`]
  const child = lab.spawn('wrk', [...args, '--', hashes, connections], 0)
  const [, rate] = await child.line(/^Requests\/sec:\s+([\d.]+)/m)
  const p99 = await child.line(/99%\s+([\d.]+)(us|ms|s)/)
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(child.report())
  if (failed !== null) throw new Error(`${failed[1]} announces failed\n${child.report()}`)
  await child.success()
  return { rate: Number(rate), p99: Number(p99[1]) * { us: 0.001, ms: 1, s: 1000 }[p99[2]] }
}

async function udp(lab, { host, port }, hashes) {
  const child = lab.spawn(process.execPath, [UDP_LOAD, host, String(port), String(SECONDS), hashes], 0)
  const [, rate, lost, p99] = await child.line(/^announces (\d+)\/s lost (\d+) .* p99 ([\d.]+) ms$/m)
  await child.success()
  return { rate: Number(rate), lost: Number(lost), p99: Number(p99) }
}
