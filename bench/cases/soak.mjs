// One bt that seeds for a long time, to peers that come and go: its memory and its descriptors must not grow.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { BT, bt } from '../lib/clients/bt.mjs'
import { randomFile } from '../lib/content.mjs'
import { startCrowd } from '../lib/crowd.mjs'
import { median } from '../lib/stats.mjs'
import { makeTorrent } from '../lib/torrent.mjs'

const HEAP = fileURLToPath(new URL('../lib/heap-report.mjs', import.meta.url))
const TORRENTS = 20
const LENGTH = 16 * 2 ** 20
const PIECE_LENGTH = 2 ** 16
/** Peers that join at a time, stay for a while and leave without a word. */
const CROWD = 100
/** Seconds between looks. */
const LOOK = 60

/** @type {import('./index.mjs').Case} */
export const soak = {
  name: 'soak',
  onDemand: true,
  title: `A seed of ${TORRENTS} torrents, while peers come, download and go`,
  async run(lab) {
    const torrents = makeTorrents(lab)
    const looks = await soakFor(lab, torrents, lab.options.minutes)
    const rows = looks.map(({ minute, rss, heap, files, downloads, visitors }) => [
      String(minute),
      rss,
      heap,
      String(files),
      String(downloads),
      String(visitors),
    ])
    const third = Math.max(1, Math.floor(looks.length / 3))
    const growth = key =>
      median(looks.slice(-third).map(look => look[key])) - median(looks.slice(third, 2 * third).map(look => look[key]))
    return {
      table: { head: ['minute', 'RSS MiB', 'heap MiB', 'descriptors', 'downloads so far', 'other peers so far'], rows },
      figures: { looks },
      goals: [
        { what: 'heap: the last third over the second', value: growth('heap'), atMost: 5, unit: 'MiB' },
        { what: 'RSS: the last third over the second', value: growth('rss'), atMost: 20, unit: 'MiB' },
      ],
    }
  },
}

async function soakFor(lab, torrents, minutes) {
  const host = lab.host()
  const files = torrents.map(({ file }) => file)
  const place = ['--path', torrents[0].content.folder, '--host', host, '--port', '0', '--json', '--stats', '0']
  const node = ['--expose-gc', '--import', HEAP, BT, 'seed', ...files, ...place]
  lab.env.BT_BENCH_HEAP = String(LOOK / 2)
  const seed = lab.spawn(process.execPath, node, 0, minutes * LOOK)
  delete lab.env.BT_BENCH_HEAP
  try {
    const [, port] = await seed.line(/"event":"listening".*"port":(\d+)/)
    const state = { over: false, downloads: 0, visitors: 0 }
    const target = { host, port: Number(port) }
    const busy = [download(lab, target, torrents, state), crowds(lab, target, torrents, state)]
    const looks = []
    for (let minute = 1; minute <= minutes; minute++) {
      await sleep(LOOK * 1000)
      const { downloads, visitors } = state
      looks.push({ minute, downloads, visitors, ...(await look(seed)) })
      lab.note(`   ${JSON.stringify(looks.at(-1))}`)
    }
    state.over = true
    await Promise.all(busy)
    return looks
  } finally {
    await seed.stop()
  }
}

/** One download after the other. */
async function download(lab, { host, port }, torrents, state) {
  while (!state.over) {
    const out = lab.folder('out')
    const torrent = torrents[state.downloads % torrents.length]
    await bt.download(lab, torrent, { peers: [{ host, port }], out }).child.success()
    rmSync(out, { recursive: true })
    state.downloads++
  }
}

async function crowds(lab, { host, port }, torrents, state) {
  while (!state.over) {
    const crowd = startCrowd(lab, { host, port, torrents, count: CROWD })
    await crowd.line(/^ready$/m)
    await sleep(lab.options.stay * 1000)
    await crowd.stop()
    state.visitors += CROWD
  }
}

/** MiB, and a count. */
async function look(seed) {
  const { pid } = seed
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  const heap = await seed.until(printed => printed.match(/^heap \d+$/gm)?.at(-1), 'told of its heap')
  return {
    rss: Number(kib) / 1024,
    heap: Number(heap.slice(5)) / 2 ** 20,
    files: readdirSync(`/proc/${pid}/fd`).length,
  }
}

function makeTorrents(lab) {
  const [contents, folder] = [lab.folder('content'), lab.folder('torrents')]
  return Array.from({ length: TORRENTS }, (_, index) => {
    const content = randomFile(contents, LENGTH, `${index}.bin`)
    return makeTorrent(content, { pieceLength: PIECE_LENGTH, folder, tracker: lab.tracker.url })
  })
}
