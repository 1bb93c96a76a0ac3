/** Swarms of more than two: several seeds, leeches that serve each other, interruptions. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { ours } from './support/bt.ts'
import { bt, startBt } from './support/bt-process.ts'
import { CLIENTS } from './support/clients.ts'
import { copyWithout, differences, multi, single } from './support/content.ts'
import { interop } from './support/interop.ts'
import type { Lab } from './support/lab.ts'
import { libtorrent, startLibtorrent, type Libtorrent } from './support/libtorrent.ts'
import { HERE } from './support/namespace.ts'
import { PIECE_LENGTH, type Torrent } from './support/torrent.ts'

const CLIENT_NAMES = CLIENTS.map(client => client.name)

interop('bt downloads from a seed of every client at once', ['bt', ...CLIENT_NAMES], async lab => {
  const torrent = await lab.published(multi)
  await Promise.all(CLIENTS.map(async client => await client.seed(lab, torrent, 'http')))
  await lab.tracker.seeds(torrent.infoHash, CLIENTS.length)
  const out = await ours.download(lab, { torrent, form: 'magnet', scheme: 'udp' })
  expect(await differences(torrent.root, out)).toEqual([])
})

interop('every client downloads from bt and from each other, in one swarm', ['bt', ...CLIENT_NAMES], async lab => {
  const torrent = await lab.published(single)
  await ours.seed(lab, torrent, 'http')
  await lab.tracker.seeds(torrent.infoHash, 1)
  const outs = CLIENTS.map(async leech => await leech.download(lab, { torrent, form: 'torrent', scheme: 'http' }))
  for (const out of await Promise.all(outs)) expect(await differences(torrent.root, out)).toEqual([])
})

interop('bt joins a swarm of real clients', ['bt', ...CLIENT_NAMES], async lab => {
  const torrent = await lab.published(multi)
  await libtorrent.seed(lab, torrent, 'udp')
  await lab.tracker.seeds(torrent.infoHash, 1)
  const leeches = [ours, ...CLIENTS]
  const outs = leeches.map(
    async leech => [leech, await leech.download(lab, { torrent, form: 'magnet', scheme: 'udp' })] as const,
  )
  for (const [leech, out] of await Promise.all(outs)) {
    expect(await differences(torrent.root, out, leech.emptyFiles)).toEqual([])
  }
})

// From here on no tracker runs: only whom a test names are connected.

interop('bt puts a file together from two peers that have a half each', ['bt', 'libtorrent'], async lab => {
  const torrent = await lab.torrent(single)
  const middle = 10 * PIECE_LENGTH
  const first = await partialSeed(lab, torrent, middle, torrent.length)
  const second = await partialSeed(lab, torrent, 0, middle)
  const out = join(await lab.folder('out'), 'out.bin')
  const peers = ['--peer', first.address, '--peer', second.address]
  await bt(lab, 'download', torrent.file('http'), '-o', out, ...peers)
  expect(await differences(torrent.root, out)).toEqual([])
})

interop('a leech gets from bt what bt has, while bt itself still lacks a piece', ['bt', 'libtorrent'], async lab => {
  const torrent = await lab.torrent(single)
  const pieces = Math.ceil(torrent.length / PIECE_LENGTH)
  const most = await partialSeed(lab, torrent, 0, PIECE_LENGTH)
  const address = `${HERE}:${lab.ns.freePort()}`
  const out = join(await lab.folder('out'), 'out.bin')
  const where = ['--peer', most.address, '--port', address.slice(HERE.length + 1)]
  const download = startBt(lab.ns, await lab.folder('home'), 'download', torrent.file('http'), '-o', out, ...where)
  // It listens before it connects: whoever connects to it from here on is not refused.
  await most.uploads(torrent.length - PIECE_LENGTH)
  const source = torrent.file('http')
  const leech = await startLibtorrent(lab, { source, folder: await lab.folder('leech'), peers: [address] })
  await leech.pieces(pieces - 1)
  await startLibtorrent(lab, { source, folder: torrent.folder, seed: true, peers: [address] })
  await download.success()
  expect(await differences(torrent.root, out)).toEqual([])
})

for (const [how, signal] of [
  ['interrupted', 'SIGINT'],
  ['killed', 'SIGKILL'],
] as const) {
  interop(`a download that was ${how} goes on where it was`, ['bt', 'libtorrent'], async lab => {
    const torrent = await lab.torrent(single)
    const home = await lab.folder('home')
    const out = join(await lab.folder('out'), 'out.bin')
    const download = [torrent.file('http'), '-o', out]
    const most = await partialSeed(lab, torrent, 0, PIECE_LENGTH)
    const first = startBt(lab.ns, home, 'download', ...download, '--peer', most.address)
    await most.uploads(torrent.length - PIECE_LENGTH)
    first.signal(signal)
    const { code } = await first.exit()
    if (signal === 'SIGINT') expect(code).toBe(130)
    await most.stop()
    const all = await startLibtorrent(lab, { source: torrent.file('http'), folder: torrent.folder, seed: true })
    await startBt(lab.ns, home, 'download', ...download, '--peer', all.address).success()
    expect(await differences(torrent.root, out)).toEqual([])
    // What had just arrived may have gone unverified; the bulk must not be fetched twice.
    if (signal === 'SIGINT') expect(all.uploaded).toBeLessThan(torrent.length / 2)
  })
}

/** A libtorrent that has all of the single-file torrent but the pieces of these bytes, and wants those itself. */
async function partialSeed(lab: Lab, torrent: Torrent, start: number, end: number): Promise<Libtorrent> {
  const folder = await lab.folder('partial')
  await copyWithout(torrent.root, folder, start, end)
  const seed = await startLibtorrent(lab, { source: torrent.file('http'), folder })
  await seed.pieces(Math.ceil(torrent.length / PIECE_LENGTH) - Math.ceil((end - start) / PIECE_LENGTH))
  return seed
}
