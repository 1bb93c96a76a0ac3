/** The fast extension (BEP 6), its messages themselves: a bare peer of ours at the seeds of others. */
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Seed } from './support/client.ts'
import { single } from './support/content.ts'
import { interop } from './support/interop.ts'
import type { Child } from './support/child.ts'
import type { Lab } from './support/lab.ts'
import { libtorrent, startLibtorrent } from './support/libtorrent.ts'
import { PIECE_LENGTH, type Torrent } from './support/torrent.ts'
import { transmission } from './support/transmission.ts'

const SCRIPT = fileURLToPath(new URL('support/wire_peer.mjs', import.meta.url))

function visit(lab: Lab, torrent: Torrent, seed: Seed): Child {
  const [host, port] = seed.address.split(':')
  const options = {
    host,
    port: Number(port),
    infoHash: torrent.infoHash,
    pieceCount: Math.ceil(torrent.length / PIECE_LENGTH),
    pieceLength: PIECE_LENGTH,
  }
  return lab.ns.spawn(process.execPath, [SCRIPT, JSON.stringify(options)])
}

for (const client of [libtorrent, transmission]) {
  interop(`${client.name} seeds with have all to who speaks BEP 6, as we do`, ['bt', client.name], async lab => {
    const torrent = await lab.published(single)
    const peer = visit(lab, torrent, await client.seed(lab, torrent, 'http'))
    await peer.line(/^haveAll$/u)
    expect(peer.stdout).not.toMatch(/^bitfield$/mu)
  })
}

const choked = 'libtorrent serves us what it allows fast while it chokes us, and rejects what makes no sense'
interop(choked, ['bt', 'libtorrent'], async lab => {
  const torrent = await lab.published(single)
  const settings = { source: torrent.file('http'), folder: torrent.folder, seed: true, slots: 0 }
  const peer = visit(lab, torrent, await startLibtorrent(lab, settings))
  await Promise.all([peer.line(/^block$/u), peer.line(/^reject$/u)])
  expect(peer.stdout).not.toMatch(/^(unchoke|ended)$/mu)
})
