// The memory of bt that seeds, among 200 connected peers: a torrent of 2 GiB, and one of 200 GiB, which it checks first.
import { rmSync } from 'node:fs'
import { bt, bytesDone } from '../lib/clients/bt.mjs'
import { contest } from '../lib/contest.mjs'
import { present, startCrowd } from '../lib/crowd.mjs'
import { sparseTorrent } from '../lib/sparse.mjs'
import { PIECE_LENGTH } from '../lib/transfer.mjs'
import { gib, memoryOutcome, PEERS } from './memory-outcome.mjs'

/** @type {import('./index.mjs').Case} */
export const memorySeed = {
  name: 'memory-seed',
  title: `Memory of a seed, with ${PEERS} connected peers, one of which downloads`,
  async run(lab) {
    const torrents = [await lab.torrent(PIECE_LENGTH), sparseTorrent(lab)]
    const contestants = torrents.map(torrent => ({
      name: `bt, ${gib(torrent.length)} GiB`,
      run: async () => await seed(lab, torrent),
    }))
    // Once: checking 200 GiB takes a minute or two, and adds to the peak only what the first gigabyte added.
    return memoryOutcome(await contest(lab, contestants, 1))
  },
}

/** As many bytes as the random data has are taken from it. */
async function seed(lab, torrent) {
  const out = lab.folder('out')
  const children = []
  const add = child => children[children.push(child) - 1]
  try {
    const { child, host, port } = await bt.seed(lab, torrent)
    add(child)
    // Not interested, or the one that downloads would wait for its turn among them.
    const idle = { torrents: [torrent], count: PEERS - 1, interested: false }
    const crowd = add(startCrowd(lab, { host, port, ...idle }))
    await crowd.line(/^ready$/m)
    const peers = (await present(crowd, PEERS - 1)) + 1
    const leech = bt.download(lab, torrent, { peers: [{ host, port }], out })
    add(leech.child)
    await leech.child.until(printed => bytesDone(printed) >= lab.options.size || undefined, 'had enough')
    return { mib: child.peak() / 2 ** 20, peers }
  } finally {
    for (const child of children) await child.stop()
    rmSync(out, { recursive: true })
  }
}
