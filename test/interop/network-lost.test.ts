/** The network is really lost in the middle of a download, and comes back: the kernel has no way to anybody meanwhile. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { ours } from './support/bt.ts'
import { startBt } from './support/bt-process.ts'
import { PATIENCE, type Child } from './support/child.ts'
import { differences, single } from './support/content.ts'
import { interop } from './support/interop.ts'
import type { Lab } from './support/lab.ts'

/** What follows of the lines of progress, each of which comes a second after the last: bytes downloaded. */
function downloaded({ stdout }: Child): number[] {
  return [...stdout.matchAll(/^\{"event":"progress".*?"downloaded":(\d+)/gmu)].map(([, bytes]) => Number(bytes))
}

async function network(lab: Lab, state: 'up' | 'down'): Promise<void> {
  await lab.ns.spawn('ip', ['link', 'set', 'lo', state]).success()
}

interop('a download stands still while there is no network, and goes on by itself when there is', ['bt'], async lab => {
  const torrent = await lab.published(single, 'bt')
  const { address } = await ours.seed(lab, torrent, 'http')
  const out = join(await lab.folder('out'), 'out.bin')
  const args = ['download', torrent.file('http'), '-o', out, '--peer', address, '--max-down', '1MiB', '--json']
  const download = startBt(lab.ns, await lab.folder('home'), ...args)
  await download.until(() => downloaded(download).at(-1) || undefined, 'has downloaded something', PATIENCE)
  await network(lab, 'down')
  const seen = downloaded(download).length
  // The last of three lines that begin after the network was gone.
  const [before, stuck] = await download.until(
    () => (downloaded(download).length > seen + 3 ? downloaded(download).slice(-2) : undefined),
    'stands still',
    PATIENCE,
  )
  expect(stuck).toBe(before)
  expect(stuck).toBeLessThan(torrent.length)
  await network(lab, 'up')
  await download.success()
  expect(await differences(torrent.root, out)).toEqual([])
})
