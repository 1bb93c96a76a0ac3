// A client with itself, and what Node could do at best.
import { limits } from '../lib/clients/limit.mjs'
import { contest } from '../lib/contest.mjs'
import { median, ratio } from '../lib/stats.mjs'
import { PIECE_LENGTH, transfer } from '../lib/transfer.mjs'

/** @type {import('./index.mjs').Case} */
export const pairs = {
  name: 'pairs',
  title: 'One to another of the same, and the limit: Node programs that only read, send, receive, hash and write',
  async run(lab) {
    const torrent = await lab.torrent(PIECE_LENGTH)
    const contestants = [...lab.clients('bt', 'libtorrent'), ...limits].map(client => ({
      name: client.name,
      run: async () => await transfer(lab, { seeds: [client], leech: client, torrent }),
    }))
    const results = await contest(lab, contestants)
    const speed = other => ratio(results, 'bt', other, result => result.mbps)
    const limit = fastestLimit(results)
    return {
      table: table(results, speed),
      figures: Object.fromEntries(results),
      goals: [
        { what: "speed to libtorrent's with itself", value: speed('libtorrent'), atLeast: 2.2 },
        { what: `share of the limit (${limit})`, value: speed(limit), atLeast: 0.75 },
      ],
    }
  },
}

function fastestLimit(results) {
  const speed = name => median((results.get(name) ?? []).map(({ mbps }) => mbps)) ?? 0
  return limits.map(({ name }) => name).sort((a, b) => speed(b) - speed(a))[0]
}

function table(results, speed) {
  const head = ['pair', 'MB/s', 'CPU s/GiB, both', 'downloader’s', 'seeder’s', 'bt: speed ×']
  const rows = [...results].map(([name, transfers]) => {
    const of = measure => median(transfers.map(measure))
    const cpu = [({ cpu, seedCpu }) => cpu + seedCpu, ({ cpu }) => cpu, ({ seedCpu }) => seedCpu]
    return [name, of(({ mbps }) => mbps), ...cpu.map(of), name === 'bt' ? undefined : speed(name)]
  })
  return { head, rows }
}
