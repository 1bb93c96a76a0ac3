/** Seeding ends by itself with real downloaders, who get all there is, and the tracker hears of it. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { aria2 } from './support/aria2.ts'
import { bt, startBt } from './support/bt-process.ts'
import type { Child } from './support/child.ts'
import type { Client } from './support/client.ts'
import { differences, multi, single } from './support/content.ts'
import { interop } from './support/interop.ts'
import type { Lab } from './support/lab.ts'
import { libtorrent } from './support/libtorrent.ts'
import { HERE } from './support/namespace.ts'
import type { Torrent } from './support/torrent.ts'

for (const [leech, content] of [
  [libtorrent, multi],
  [aria2, single],
] as const) {
  interop(
    `bt seed --ratio 1 ends by itself when ${leech.name} has it all`,
    ['bt', 'opentracker', leech.name],
    async lab => {
      const torrent = await lab.published(content)
      const seed = await startSeed(lab, torrent, '--ratio', '1')
      await lab.tracker.seeds(torrent.infoHash, 1)
      expect(await listed(lab, torrent)).toContain(seed.address)
      await expectDownload(lab, torrent, leech)
      await expectEnd(seed.child, /^Seeded .*: ratio 1\.\d\d, .* that was the goal$/u)
      await expectGone(lab, torrent, seed.address)
    },
  )
}

interop('bt seed --seed-time ends by itself though nobody came', ['bt', 'opentracker'], async lab => {
  const torrent = await lab.published(single)
  const seed = await startSeed(lab, torrent, '--seed-time', '1s')
  await expectEnd(seed.child, /^Seeded .*: ratio 0\.00, 0 B uploaded; its time is over$/u)
  await expectGone(lab, torrent, seed.address)
})

interop(
  'bt download --ratio 1 goes on until another has it all',
  ['bt', 'opentracker', 'aria2', 'libtorrent'],
  async lab => {
    const torrent = await lab.published(single)
    const first = await libtorrent.seed(lab, torrent, 'http')
    await lab.tracker.seeds(torrent.infoHash, 1)
    const out = join(await lab.folder('out'), 'out.bin')
    const home = await lab.folder('home')
    const download = startBt(lab.ns, home, 'download', torrent.file('http'), '-o', out, '--ratio', '1')
    await download.line(/^seeding to ratio 1$/u)
    await first.stop()
    await lab.tracker.seeds(torrent.infoHash, 1)
    await expectDownload(lab, torrent, aria2)
    await expectEnd(download, /^Seeded .*: ratio 1\.\d\d, .* that was the goal$/u)
    expect(await differences(torrent.root, out)).toEqual([])
  },
)

interface Seeding {
  readonly child: Child
  readonly address: string
}

async function startSeed(lab: Lab, torrent: Torrent, ...flags: readonly string[]): Promise<Seeding> {
  const port = `${lab.ns.freePort()}`
  const where = [torrent.folder, '--host', HERE, '--port', port]
  const child = startBt(lab.ns, await lab.folder('home'), 'seed', torrent.file('http'), ...where, ...flags)
  await child.line(/^Listening on /u)
  return { child, address: `${HERE}:${port}` }
}

async function expectDownload(lab: Lab, torrent: Torrent, leech: Client): Promise<void> {
  const out = await leech.download(lab, { torrent, form: 'torrent', scheme: 'http' })
  expect(await differences(torrent.root, out, leech.emptyFiles)).toEqual([])
}

async function expectEnd(child: Child, line: RegExp): Promise<void> {
  await child.line(line)
  await child.success()
}

/** Who does not say `stopped` is listed for another half an hour. */
async function expectGone(lab: Lab, torrent: Torrent, address: string): Promise<void> {
  expect(await listed(lab, torrent)).not.toContain(address)
}

async function listed(lab: Lab, torrent: Torrent): Promise<readonly string[]> {
  return (await bt(lab, 'peers', torrent.file('http'))).split('\n')
}
