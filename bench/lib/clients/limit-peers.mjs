// The limit of a downloader and of a seed: Node programs that speak just enough of the protocol to get or to serve the data.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const LEECH = fileURLToPath(new URL('../../limit/leech.mjs', import.meta.url))
const SEED = fileURLToPath(new URL('../../limit/seed.mjs', import.meta.url))

/** Hashing and writing where the sockets are read, or beside as well: which is faster is the machine's to say. */
const WORKERS = [0, 1]

/** @type {Pick<import('./index.mjs').Client, 'name' | 'download'>[]} */
export const leechLimits = WORKERS.map(workers => ({
  name: `limit, ${workers} worker${workers === 1 ? '' : 's'}`,

  download(lab, torrent, { peers, out }) {
    const addresses = peers.map(({ host, port }) => `${host}:${port}`)
    const args = [LEECH, join(out, torrent.content.name), torrent.file, String(workers), ...addresses]
    const child = lab.spawn(process.execPath, args, torrent.length)
    return { child, complete: /^complete$/m, ends: true }
  },
}))

/** @type {Pick<import('./index.mjs').Client, 'name' | 'seed'>} */
export const seedLimit = {
  name: 'limit',

  async seed(lab, torrent) {
    const host = lab.host()
    const { folder, name } = torrent.content
    const child = lab.spawn(process.execPath, [SEED, host, join(folder, name), torrent.file], torrent.length)
    const [, port] = await child.line(/^listening (\d+)$/m)
    return { child, host, port: Number(port) }
  },
}
