// The memory of bt that downloads, among 200 connected peers: of a torrent of 2 GiB and of one of 200 GiB.
//
// The crowd comes first, then the one seed that gives anything: it dials, so that all others are there by then.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BT, bytesDone } from '../lib/clients/bt.mjs'
import { compare } from '../lib/compare.mjs'
import { contest } from '../lib/contest.mjs'
import { present, startCrowd } from '../lib/crowd.mjs'
import { SUBNET } from '../lib/namespace.mjs'
import { sparseTorrent } from '../lib/sparse.mjs'
import { freePort } from '../lib/tools.mjs'
import { PIECE_LENGTH } from '../lib/transfer.mjs'
import { gib, memoryOutcome, PEERS } from './memory-outcome.mjs'

const ZERO_SEED = fileURLToPath(new URL('../peers/zero-seed.mjs', import.meta.url))
const HOST = `${SUBNET}.0.1`

/** @type {import('./index.mjs').Case} */
export const memory = {
  name: 'memory',
  title: `Memory of a download, with ${PEERS} connected peers`,
  async run(lab) {
    const whole = await lab.torrent(PIECE_LENGTH)
    const sparse = sparseTorrent(lab)
    const part = 2 * lab.options.size
    const results = await contest(lab, [
      ...lab.clients('libtorrent').map(seeder => ({
        name: `bt, ${gib(whole.length)} GiB`,
        run: async () =>
          await download(lab, { torrent: whole, bytes: whole.length, serve: to => seeder.seed(lab, whole, [to]) }),
      })),
      {
        name: `bt, ${gib(part)} GiB of ${gib(sparse.length)} GiB`,
        run: async () => await download(lab, { torrent: sparse, bytes: part, serve: to => zeroSeed(lab, sparse, to) }),
      },
    ])
    return memoryOutcome(results)
  },
}

async function download(lab, { torrent, bytes, serve }) {
  const [port, out] = [await freePort(HOST), lab.folder('out')]
  const children = []
  const add = child => children[children.push(child) - 1]
  try {
    const welcome = lab.host()
    const crowd = add(startCrowd(lab, { host: HOST, port, torrents: [torrent], count: PEERS - 1, welcome }))
    const [, welcoming] = await crowd.line(/^welcoming (\d+)$/m)
    const where = ['-o', join(out, torrent.content.name), '--port', String(port), '--peer', `${welcome}:${welcoming}`]
    const child = add(lab.spawn(process.execPath, [BT, 'download', torrent.file, ...where, '--json'], bytes))
    await crowd.line(/^ready$/m)
    const peers = await present(crowd, PEERS)
    add((await serve({ host: HOST, port })).child)
    await child.until(printed => bytesDone(printed) >= bytes || undefined, `had ${bytes} bytes`)
    if (bytes === torrent.length) {
      await child.success()
      compare(torrent.content, out)
    }
    return { mib: child.peak() / 2 ** 20, peers }
  } finally {
    for (const child of children) await child.stop()
    rmSync(out, { recursive: true })
  }
}

function zeroSeed(lab, torrent, { host, port }) {
  const options = { host, port, infoHash: torrent.infoHash.toString('hex'), pieceCount: torrent.pieceCount }
  return { child: lab.spawn(process.execPath, [ZERO_SEED, JSON.stringify(options)], lab.options.size) }
}
