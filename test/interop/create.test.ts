/** Torrents that `bt create` makes: the same as mktorrent's, and read by real clients. */
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { bt } from './support/bt-process.ts'
import { multi, single, write, type Content } from './support/content.ts'
import { interop } from './support/interop.ts'
import type { Lab } from './support/lab.ts'
import { infoHashOf } from './support/torrent.ts'

const ANNOUNCE = 'http://tracker.example/announce'
const LIBTORRENT = 'import libtorrent as lt, sys; print("hash", lt.torrent_info(sys.argv[1]).info_hash())'

/** Names that sort otherwise as bytes, as characters, and as elements of a path. */
const tricky: Content = {
  name: 'tricky',
  kind: 'multi',
  files: ['a/b', 'a-b', 'a.c', 'a/B', 'Z', 'z', 'é', '𝒳', '\uffee', 'a b/c', 'a/'.repeat(20).concat('deep')].map(
    (path, index) => ({ path, size: index * 20_000 }),
  ),
}

/** The flags of bt, and the same in mktorrent's. */
const VARIANTS: readonly (readonly [bt: readonly string[], mktorrent: readonly string[]])[] = [
  [
    ['--piece-length', '32K'],
    ['-l', '15'],
  ],
  [
    ['--piece-length', '256K', '--private'],
    ['-l', '18', '-p'],
  ],
  [
    ['--piece-length', '1M', '--source', 'ABC', '--comment', 'é'],
    ['-l', '20', '-s', 'ABC', '-c', 'é'],
  ],
  [
    ['--piece-length', '4M', '--private', '--source', 'S', '--name', 'another name'],
    ['-l', '22', '-p', '-s', 'S', '-n', 'another name'],
  ],
]

for (const content of [single, multi, tricky]) {
  interop(`bt create gives the info-hashes of mktorrent: ${content.name}`, ['bt'], async lab => {
    const root = await write(content, await lab.folder('content'))
    const folder = await lab.folder('torrents')
    await Promise.all(
      VARIANTS.map(async ([ours, theirs], index) => {
        const [made, reference] = [join(folder, `${index} bt`), join(folder, `${index} mktorrent`)]
        await bt(lab, 'create', root, '-o', made, '--tracker', ANNOUNCE, ...ours)
        await lab.ns.spawn('mktorrent', [...theirs, '-a', ANNOUNCE, '-o', reference, root]).success()
        expect([index, infoHashOf(await readFile(made))]).toEqual([index, infoHashOf(await readFile(reference))])
      }),
    )
  })
}

interop('bt create gives the info-hash of mktorrent with all that mktorrent takes by itself', ['bt'], async lab => {
  const root = await write(multi, await lab.folder('content'))
  for (const name of ['.hidden', 'Thumbs.db', '.DS_Store']) await writeFile(join(root, name), name)
  const folder = await lab.folder('torrents')
  const [made, reference] = [join(folder, 'bt'), join(folder, 'mktorrent')]
  await bt(lab, 'create', root, '-o', made, '--piece-length', '256K', '--hidden', '--junk', '--follow-symlinks')
  await lab.ns.spawn('mktorrent', ['-a', ANNOUNCE, '-o', reference, root]).success()
  expect(infoHashOf(await readFile(made))).toBe(infoHashOf(await readFile(reference)))
})

interop('real clients read the torrents that bt makes', ['bt', 'libtorrent', 'transmission', 'aria2'], async lab => {
  for (const content of [single, multi]) {
    const root = await write(content, await lab.folder('content'))
    const torrent = join(await lab.folder('torrents'), 'made.torrent')
    const flags = ['--private', '--source', 'ABC', '--node', 'router.example:6881', '--sort-by', 'size:desc']
    await bt(lab, 'create', root, '-o', torrent, '--tracker', `${ANNOUNCE},udp://b.example:1/a`, ...flags)
    await chmod(torrent, 0o644)
    const link = await bt(lab, 'link', torrent)
    const [, hash = ''] = /^magnet:\?xt=urn:btih:([0-9a-f]{40})&/u.exec(link) ?? []
    expect(await printed(lab, '/usr/bin/python3', ['-c', LIBTORRENT, torrent])).toContain(`hash ${hash}`)
    const shown = await printed(lab, 'transmission-show', [torrent])
    expect(shown).toContain(`Hash: ${hash}`)
    expect(shown).toMatch(/Private torrent[^]*Tier #1\s+http:\/\/tracker\.example/u)
    expect(await printed(lab, 'aria2c', ['-S', torrent])).toContain(`Info Hash: ${hash}`)
  }
})

async function printed(lab: Lab, program: string, args: readonly string[]): Promise<string> {
  const child = lab.ns.spawn(program, args)
  await child.success()
  return child.stdout
}
