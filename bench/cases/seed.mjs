// Who serves how fast, and at what cost, to one libtorrent that downloads, and what Node could do at best.
import { seedLimit } from '../lib/clients/limit-peers.mjs'
import { contest } from '../lib/contest.mjs'
import { ratio } from '../lib/stats.mjs'
import { PIECE_LENGTH, transfer } from '../lib/transfer.mjs'
import { seedRows } from './rows.mjs'

/** @type {import('./index.mjs').Case} */
export const seed = {
  name: 'seed',
  title: 'Seed to one libtorrent downloader (CPU and memory are the seeder’s)',
  needs: ['libtorrent'],
  async run(lab) {
    const results = await seeds(lab)
    const speed = other => ratio(results, 'bt', other, result => result.mbps)
    return {
      ...seedRows(results),
      goals: [
        { what: "speed to aria2's", value: speed('aria2'), atLeast: 1.4 },
        { what: "speed to libtorrent's", value: speed('libtorrent'), atLeast: 1.4 },
        { what: "CPU to aria2's", value: ratio(results, 'bt', 'aria2', result => result.seedCpu), atMost: 0.5 },
      ],
    }
  },
}

async function seeds(lab) {
  const torrent = await lab.torrent(PIECE_LENGTH)
  const [leech] = lab.clients('libtorrent')
  if (leech === undefined) return new Map()
  const clients = [...lab.clients('bt', 'libtorrent', 'aria2', 'transmission', 'webtorrent'), seedLimit]
  const contestants = clients.map(client => ({
    name: client.name,
    run: async () => await transfer(lab, { seeds: [client], leech, torrent }),
  }))
  return await contest(lab, contestants)
}
