/** A limit of ours holds whatever the other client would take. Only too fast is wrong: a slow machine can not fail these. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { bt, startBt } from './support/bt-process.ts'
import { differences, single } from './support/content.ts'
import { interop } from './support/interop.ts'
import type { Lab } from './support/lab.ts'
import { libtorrent, startLibtorrent } from './support/libtorrent.ts'
import { HERE } from './support/namespace.ts'
import type { Torrent } from './support/torrent.ts'

const RATE = 2 * 1024 * 1024

/** Seconds that the content takes at least at the rate: 5 % less, and what may go at once after a rest. */
function least(torrent: Torrent): number {
  return (torrent.length / RATE - 0.25) * 0.95
}

interop('bt downloads from libtorrent no faster than --max-down', ['bt', 'libtorrent'], async lab => {
  const torrent = await lab.torrent(single)
  const { address } = await libtorrent.seed(lab, torrent, 'http')
  const out = join(await lab.folder('out'), 'out.bin')
  const seconds = await timed(async () => {
    await bt(lab, 'download', torrent.file('http'), '-o', out, '--peer', address, '--max-down', '2MiB')
  })
  expect(seconds).toBeGreaterThan(least(torrent))
  expect(await differences(torrent.root, out)).toEqual([])
})

interop('libtorrent downloads from bt no faster than --max-up', ['bt', 'libtorrent'], async lab => {
  const torrent = await lab.torrent(single)
  const address = await limitedSeed(lab, torrent)
  const [source, folder] = [torrent.file('http'), await lab.folder('leech')]
  const seconds = await timed(async () => {
    const leech = await startLibtorrent(lab, { source, folder, peers: [address] })
    await leech.complete()
    await leech.stop()
  })
  expect(seconds).toBeGreaterThan(least(torrent))
  expect(await differences(torrent.root, join(folder, single.name))).toEqual([])
})

async function limitedSeed(lab: Lab, torrent: Torrent): Promise<string> {
  const port = `${lab.ns.freePort()}`
  const args = ['seed', torrent.file('http'), torrent.folder, '--host', HERE, '--port', port, '--max-up', `${RATE}`]
  await startBt(lab.ns, await lab.folder('home'), ...args).line(/^Listening on /u)
  return `${HERE}:${port}`
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}
