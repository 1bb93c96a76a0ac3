// 1,000 connections to one bt that seeds five torrents (each takes 200 peers): 995 read slowly, with hundreds of requests
// waiting, and in each torrent one other downloads as fast as it is given.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BT, bt } from '../lib/clients/bt.mjs'
import { compare } from '../lib/compare.mjs'
import { contest } from '../lib/contest.mjs'
import { randomFile } from '../lib/content.mjs'
import { present } from '../lib/crowd.mjs'
import { SUBNET } from '../lib/namespace.mjs'
import { median } from '../lib/stats.mjs'
import { makeTorrent } from '../lib/torrent.mjs'

const SLOW = fileURLToPath(new URL('../peers/slow.mjs', import.meta.url))
const TORRENTS = 5
const PEERS = 1_000
const PIECE_LENGTH = 2 ** 18
/** Bytes a second that a slow reader takes. */
const RATE = 16_384

/** @type {import('./index.mjs').Case} */
export const load = {
  name: 'load',
  onDemand: true,
  title: `${PEERS} connections to one seed, all but ${TORRENTS} of which read slowly`,
  async run(lab) {
    const torrents = makeTorrents(lab)
    const contestants = [0, PEERS - TORRENTS].map(slow => ({
      name: slow === 0 ? 'the fast ones alone' : `with ${slow} slow ones`,
      run: async () => await serve(lab, torrents, slow),
    }))
    const results = await contest(lab, contestants)
    const of = (runs, key) => median(runs.map(run => run[key]))
    const rows = [...results].map(([name, runs]) => [
      name,
      of(runs, 'seconds'),
      of(runs, 'mib'),
      String(of(runs, 'peers')),
    ])
    const crowded = results.get(contestants[1].name) ?? []
    return {
      table: {
        head: ['peers', 'seconds until all fast ones are done', 'peak MiB of the seed', 'connected at the end'],
        rows,
      },
      figures: Object.fromEntries(results),
      goals: [
        { what: 'memory of the seed', value: of(crowded, 'mib'), atMost: 300, unit: 'MiB' },
        { what: 'fast ones done', value: of(crowded, 'seconds'), atMost: 60, unit: 's' },
      ],
    }
  },
}

async function serve(lab, torrents, slow) {
  const [host, out] = [lab.host(), lab.folder('out')]
  const children = []
  const add = child => children[children.push(child) - 1]
  const bytes = torrents.reduce((sum, { length }) => sum + length, 0)
  try {
    const files = torrents.map(({ file }) => file)
    const args = [
      'seed',
      ...files,
      '--path',
      torrents[0].content.folder,
      '--host',
      host,
      '--port',
      '0',
      '--json',
      '--stats',
      '0',
    ]
    const seed = add(lab.spawn(process.execPath, [BT, ...args], bytes))
    const [, port] = await seed.line(/"event":"listening".*"port":(\d+)/)
    const crowd = slow === 0 ? undefined : add(startSlow(lab, { host, port: Number(port), torrents, count: slow }))
    await crowd?.line(/^ready$/m)
    const began = performance.now()
    const leeches = torrents.map(torrent => add(bt.download(lab, torrent, { peers: [{ host, port }], out }).child))
    await Promise.all(leeches.map(child => child.success()))
    const seconds = (performance.now() - began) / 1000
    for (const { content } of torrents) compare(content, out)
    const peers = crowd === undefined ? 0 : await present(crowd, slow)
    return { seconds, mib: seed.peak() / 2 ** 20, peers }
  } finally {
    for (const child of children) await child.stop()
    rmSync(out, { recursive: true })
  }
}

function startSlow(lab, { host, port, torrents, count }) {
  const infoHashes = torrents.map(({ infoHash }) => infoHash.toString('hex'))
  const [{ pieceCount }] = torrents
  const options = { host, port, infoHashes, count, pieceCount, pieceLength: PIECE_LENGTH, rate: RATE, subnet: SUBNET }
  return lab.spawn(process.execPath, [SLOW, JSON.stringify(options)], lab.options.size)
}

/** Together as large as the random data of other cases. */
function makeTorrents(lab) {
  const [contents, folder] = [lab.folder('content'), lab.folder('torrents')]
  const length = Math.floor(lab.options.size / TORRENTS)
  return Array.from({ length: TORRENTS }, (_, index) => {
    const content = randomFile(contents, length, `${index}.bin`)
    return makeTorrent(content, { pieceLength: PIECE_LENGTH, folder, tracker: lab.tracker.url })
  })
}
