// Who downloads how fast, from one libtorrent or from four, and what Node could do at best.
import { leechLimits } from '../lib/clients/limit-peers.mjs'
import { contest } from '../lib/contest.mjs'
import { ratio } from '../lib/stats.mjs'
import { PIECE_LENGTH, transfer } from '../lib/transfer.mjs'
import { downloadRows } from './rows.mjs'

/** @type {import('./index.mjs').Case} */
export const download = {
  name: 'download',
  title: 'Download from one libtorrent seeder',
  needs: ['libtorrent'],
  async run(lab) {
    const results = await downloads(lab, 1, ['bt', 'libtorrent', 'aria2', 'transmission', 'webtorrent'])
    const speed = other => ratio(results, 'bt', other, result => result.mbps)
    const cpu = other => ratio(results, 'bt', other, result => result.cpu)
    return {
      ...downloadRows(results),
      goals: [
        { what: "speed to libtorrent's", value: speed('libtorrent'), atLeast: 1.8 },
        { what: "speed to aria2's", value: speed('aria2'), atLeast: 2.5 },
        { what: "CPU to libtorrent's", value: cpu('libtorrent'), atMost: 0.6 },
        { what: "CPU to aria2's", value: cpu('aria2'), atMost: 0.85 },
      ],
    }
  },
}

/** @type {import('./index.mjs').Case} */
export const downloadFour = {
  name: 'download-four',
  title: 'Download from four libtorrent seeders',
  needs: ['libtorrent'],
  async run(lab) {
    const results = await downloads(lab, 4, ['bt', 'libtorrent', 'aria2'])
    const value = ratio(results, 'bt', 'libtorrent', result => result.mbps)
    return { ...downloadRows(results), goals: [{ what: "speed to libtorrent's", value, atLeast: 1.8 }] }
  },
}

async function downloads(lab, seeders, names) {
  const torrent = await lab.torrent(PIECE_LENGTH)
  const [seeder] = lab.clients('libtorrent')
  if (seeder === undefined) return new Map()
  const seeds = Array.from({ length: seeders }, () => seeder)
  const contestants = [...lab.clients(...names), ...leechLimits].map(leech => ({
    name: leech.name,
    run: async () => await transfer(lab, { seeds, leech, torrent }),
  }))
  return await contest(lab, contestants)
}
