/** `bt download --stdout` from libtorrent's seed: the bytes, a reader that is slow, and one that leaves. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Child } from './support/child.ts'
import { multi, type Content } from './support/content.ts'
import { interop } from './support/interop.ts'
import type { Lab } from './support/lab.ts'
import { startLibtorrent, type Libtorrent } from './support/libtorrent.ts'
import type { Torrent } from './support/torrent.ts'

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const MEBIBYTE = 1_048_576

/** More than bt keeps for a reader. */
const large: Content = { name: 'large.bin', kind: 'single', files: [{ path: '', size: 56 * MEBIBYTE + 1 }] }

async function seeding(lab: Lab, content: Content): Promise<{ torrent: Torrent; seed: Libtorrent }> {
  const torrent = await lab.published(content)
  const settings = { source: torrent.file('http'), folder: torrent.folder, seed: true }
  return { torrent, seed: await startLibtorrent(lab, settings) }
}

/** `bt download --stdout … | (reader)`; what ends it is the reader, and `bt` says how it ended itself. */
async function piped(lab: Lab, args: readonly string[], reader: string): Promise<Child> {
  const home = await lab.folder('bt home')
  const words = [process.execPath, RUN, 'download', '--stdout', ...args].map(word => `'${word}'`).join(' ')
  const script = `${words} | (${reader}); echo "bt ended with \${PIPESTATUS[0]}"`
  return lab.ns.spawn('/bin/bash', ['-c', script], { cwd: home, env: { HOME: home, NO_COLOR: '1' } })
}

interop('bt streams one file of many from libtorrent', ['bt', 'libtorrent'], async lab => {
  const { torrent, seed } = await seeding(lab, multi)
  const file = join(torrent.folder, multi.name, 'nested/deeper/deepest/größe 試.bin')
  const args = [torrent.file('http'), '--select', 'nested/**/*.bin', '--peer', seed.address]
  const child = await piped(lab, args, `cmp - '${file}' && echo same`)
  await child.line(/^same$/u)
  await child.line(/^bt ended with 0$/u)
})

interop('bt asks libtorrent for no more than a slow reader will soon read', ['bt', 'libtorrent'], async lab => {
  const { torrent, seed } = await seeding(lab, large)
  const gate = join(await lab.folder('gate'), 'gate')
  const args = [torrent.file('http'), '--peer', seed.address, '--json', '--stall-timeout', '1']
  const reader = `mkfifo '${gate}'; read < '${gate}'; cmp - '${join(torrent.folder, large.name)}' && echo same`
  const child = await piped(lab, args, reader)
  await seed.uploads(30 * MEBIBYTE)
  await child.line(/"event":"progress".*"downloadRate":0,/u)
  expect(seed.uploaded).toBeLessThan(44 * MEBIBYTE)
  const opener = lab.ns.spawn('/bin/sh', ['-c', `echo > '${gate}'`])
  await opener.success()
  await child.line(/^same$/u)
  await child.line(/^bt ended with 0$/u)
})

interop('bt stops when who reads its stream has enough', ['bt', 'libtorrent'], async lab => {
  const { torrent, seed } = await seeding(lab, large)
  const child = await piped(lab, [torrent.file('http'), '--peer', seed.address], 'head -c 100000 | wc -c')
  await child.line(/^100000$/u)
  await child.line(/^bt ended with 0$/u)
  expect(seed.uploaded).toBeLessThan(44 * MEBIBYTE)
})
