/** The commands that take one step of the protocol, each against real clients and a real tracker. */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { aria2 } from './support/aria2.ts'
import { bt, runBt } from './support/bt-process.ts'
import { ours } from './support/bt.ts'
import { CLIENTS } from './support/clients.ts'
import { differences, multi, single } from './support/content.ts'
import { interop } from './support/interop.ts'
import { libtorrent, startLibtorrent } from './support/libtorrent.ts'
import { infoHashOf, PIECE_LENGTH, SCHEMES } from './support/torrent.ts'
import { transmission } from './support/transmission.ts'

/** One lab each: Transmission knows a peer by its address alone, and may take a second visit from it for the first. */
const HANDSHAKES = ['handshake', 'magnet_handshake'] as const

for (const client of CLIENTS) {
  for (const command of HANDSHAKES) {
    interop(`bt ${command} shakes hands with ${client.name}`, ['bt', client.name], async lab => {
      const torrent = await lab.published(single)
      const seed = await client.seed(lab, torrent, 'http')
      const words =
        command === 'handshake'
          ? [torrent.file('http'), seed.address]
          : [torrent.magnet('http'), '--peer', seed.address]
      const printed = await bt(lab, command, ...words)
      const peerId = /^Peer ID: ([0-9a-f]{40})$/mu.exec(printed)?.[1] ?? ''
      expect(Buffer.from(peerId, 'hex').toString('latin1')).toMatch(new RegExp(`^${client.peerIdPrefix}`, 'u'))
      if (command === 'magnet_handshake') expect(printed).toMatch(/^Peer Metadata Extension ID: [1-9]\d*$/mu)
    })
  }

  interop(`bt learns what a magnet link means from ${client.name}`, ['bt', client.name], async lab => {
    const torrent = await lab.published(multi)
    const seed = await client.seed(lab, torrent, 'http')
    const printed = await bt(lab, 'magnet_info', torrent.magnet('http'), '--peer', seed.address)
    const facts = [`Info Hash: ${torrent.infoHash}`, `Length: ${torrent.length}`, `Piece Length: ${PIECE_LENGTH}`]
    expect(printed.split('\n')).toEqual(expect.arrayContaining(facts))
  })

  // One lab each, too.
  for (const command of ['download_piece', 'magnet_download_piece'] as const) {
    interop(`bt ${command} gets a piece from ${client.name}`, ['bt', client.name], async lab => {
      const torrent = await lab.published(single)
      const seed = await client.seed(lab, torrent, 'http')
      const bytes = await readFile(torrent.root)
      const last = Math.ceil(torrent.length / PIECE_LENGTH) - 1
      const [source, index] = command === 'download_piece' ? [torrent.file('http'), 1] : [torrent.magnet('http'), last]
      const out = join(await lab.folder('pieces'), command)
      await bt(lab, command, '-o', out, source, String(index), '--peer', seed.address)
      const piece = bytes.subarray(index * PIECE_LENGTH, (index + 1) * PIECE_LENGTH)
      expect(piece.equals(await readFile(out))).toBe(true)
    })
  }

  interop(`bt peers finds ${client.name} at opentracker`, ['bt', client.name], async lab => {
    const torrent = await lab.published(single)
    const seed = await client.seed(lab, torrent, 'http')
    await lab.tracker.seeds(torrent.infoHash, 1)
    for (const scheme of SCHEMES) {
      expect((await bt(lab, 'peers', torrent.file(scheme))).split('\n')).toContain(seed.address)
    }
  })
}

for (const scheme of SCHEMES) {
  interop(`bt peers says why opentracker refuses, over ${scheme}`, ['bt'], async lab => {
    const torrent = await lab.torrent(single)
    await lab.tracker.startOpentracker('0'.repeat(40))
    const { code, stdout, stderr } = await runBt(lab, 'peers', torrent.file(scheme))
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    if (scheme === 'http') expect(stderr).toContain('not authorized')
  })
}

interop('Transmission verifies what bt downloaded, and seeds it', ['bt', 'libtorrent', 'transmission'], async lab => {
  const torrent = await lab.published(multi)
  await libtorrent.seed(lab, torrent, 'http')
  await lab.tracker.seeds(torrent.infoHash, 1)
  const out = await ours.download(lab, { torrent, form: 'torrent', scheme: 'http' })
  await transmission.seed(lab, torrent, 'http', dirname(out))
})

interop('real clients take a torrent that bt created', ['bt', 'libtorrent', 'aria2'], async lab => {
  const plain = await lab.torrent(multi)
  const created = join(await lab.folder('created'), 'created.torrent')
  await bt(lab, 'create', plain.root, '-o', created, '--tracker', lab.tracker.announce.http)
  const infoHash = infoHashOf(await readFile(created))
  const torrent = { ...plain, infoHash, file: () => created }
  await lab.tracker.startOpentracker(infoHash)
  await startLibtorrent(lab, { source: created, folder: plain.folder, seed: true })
  await lab.tracker.seeds(infoHash, 1)
  const out = await aria2.download(lab, { torrent, form: 'torrent', scheme: 'http' })
  expect(await differences(plain.root, out)).toEqual([])
})
