// What 200 seeded torrents and 500 connected peers that want nothing cost.
import { setTimeout as sleep } from 'node:timers/promises'
import { BT } from '../lib/clients/bt.mjs'
import { contest } from '../lib/contest.mjs'
import { randomFile } from '../lib/content.mjs'
import { present, startCrowd } from '../lib/crowd.mjs'
import { median } from '../lib/stats.mjs'
import { makeTorrent } from '../lib/torrent.mjs'

const TORRENTS = 200
const PEERS = 500
const LENGTH = 2 ** 20
const PIECE_LENGTH = 2 ** 16
/** Seconds until what connecting started has died down, and seconds that are measured. */
const SETTLE = 10
const MEASURE = 20

/** @type {import('./index.mjs').Case} */
export const idle = {
  name: 'idle',
  title: `${TORRENTS} seeded torrents, ${PEERS} connected idle peers`,
  async run(lab) {
    const content = lab.folder('content')
    const torrents = makeTorrents(lab, content)
    const results = await contest(lab, [{ name: 'bt seed', run: async () => await rest(lab, torrents, content) }])
    const rows = [...results].map(([name, runs]) => {
      const of = key => median(runs.map(run => run[key]))
      return [name, of('percent'), of('mib'), String(of('peers'))]
    })
    const value = median((results.get('bt seed') ?? []).map(({ percent }) => percent))
    return {
      table: { head: ['idle', '% of a core', 'peak MiB', 'peers'], rows },
      figures: Object.fromEntries(results),
      goals: [{ what: 'CPU while idle', value, atMost: 2, unit: '% of a core' }],
    }
  },
}

async function rest(lab, torrents, content) {
  const host = lab.host()
  const files = torrents.map(({ file }) => file)
  const args = ['seed', ...files, '--path', content, '--host', host, '--port', '0', '--json']
  const child = lab.spawn(process.execPath, [BT, ...args], TORRENTS * LENGTH)
  let crowd
  try {
    const [, port] = await child.line(/"event":"listening".*"port":(\d+)/)
    crowd = startCrowd(lab, { host, port: Number(port), torrents, count: PEERS })
    await crowd.line(/^ready$/m)
    await sleep(SETTLE * 1000)
    const [began, before] = [performance.now(), child.cpu()]
    await sleep(MEASURE * 1000)
    const percent = ((child.cpu() - before) * 1e5) / (performance.now() - began)
    return { percent, mib: child.peak() / 2 ** 20, peers: await present(crowd, PEERS) }
  } finally {
    await crowd?.stop()
    await child.stop()
  }
}

function makeTorrents(lab, folder) {
  const torrents = lab.folder('torrents')
  return Array.from({ length: TORRENTS }, (_, index) => {
    const content = randomFile(folder, LENGTH, `${index}.bin`)
    return makeTorrent(content, { pieceLength: PIECE_LENGTH, folder: torrents, tracker: lab.tracker.url })
  })
}
