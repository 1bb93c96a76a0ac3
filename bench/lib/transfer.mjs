// One transfer, from seeds that are ready to one downloader, timed the same way for everybody.
//
// The time runs from the moment the kernel knows of the first connection with a seed to the downloader's word that all is
// there: starting and ending the program are nobody's share. CPU time and memory are those of the whole process.
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { compare } from './compare.mjs'
import { connected } from './proc.mjs'
import { WarmMemory } from './warm-memory.mjs'

/** Milliseconds between looks for the first connection. */
const LOOK = 3

/** Of most torrents of the benchmark. */
export const PIECE_LENGTH = 2 ** 20

const GIB = 2 ** 30
const MIB = 2 ** 20

/**
 * @typedef {object} Transfer
 * @property {number} mbps megabytes (10⁶) a second
 * @property {number} start seconds from the start of the downloader to its connection
 * @property {number} cpu the downloader's CPU seconds per GiB
 * @property {number} memory its peak, in MiB
 * @property {number} seedCpu of all seeds together, while it lasted
 * @property {number} seedMemory the greatest peak of a seed, in MiB
 */

/**
 * @param {import('./lab.mjs').Lab} lab
 * @param {{ seeds: import('./clients/index.mjs').Client[], leech: import('./clients/index.mjs').Client,
 *   torrent: import('./torrent.mjs').Torrent }} who
 * @returns {Promise<Transfer>} of data that arrived whole, which was compared
 */
export async function transfer(lab, { seeds: clients, leech, torrent }) {
  const out = lab.folder('out')
  const warm = new WarmMemory(lab, torrent.length)
  const seeds = []
  try {
    for (const client of clients) seeds.push(await client.seed(lab, torrent))
    lab.tracker.peers = seeds
    const before = seeds.map(({ child }) => child.cpu())
    warm.follow()
    const figures = await download(lab, { leech, torrent, seeds, out })
    const seedSeconds = seeds.reduce((sum, { child }, index) => sum + child.cpu() - before[index], 0)
    compare(torrent.content, out)
    return {
      ...figures,
      seedCpu: (seedSeconds * GIB) / torrent.length,
      seedMemory: Math.max(...seeds.map(({ child }) => child.peak())) / MIB,
    }
  } finally {
    for (const { child } of seeds) await child.stop()
    warm.close()
    rmSync(out, { recursive: true })
  }
}

async function download(lab, { leech, torrent, seeds, out }) {
  const launched = performance.now()
  const { child, complete, ends } = await leech.download(lab, torrent, { peers: seeds, out })
  try {
    const [began, ended] = await Promise.all([
      firstConnection(seeds, child),
      child.line(complete).then(() => performance.now()),
    ])
    if (ends) await child.success()
    return {
      mbps: torrent.length / 1e3 / (ended - began),
      start: (began - launched) / 1000,
      cpu: (child.cpu() * GIB) / torrent.length,
      memory: child.peak() / MIB,
    }
  } finally {
    await child.stop()
  }
}

/** When somebody was connected to a seed; a rejection if the downloader ended before that was seen. */
async function firstConnection(seeds, child) {
  const ports = seeds.map(({ port }) => port)
  while (!connected(ports)) {
    if (child.ended) throw new Error(`no connection was seen\n${child.report()}`)
    await sleep(LOOK)
  }
  return performance.now()
}
