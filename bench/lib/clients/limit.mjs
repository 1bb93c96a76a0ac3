// The limit: two Node programs that only read, send, receive, hash and write the same bytes over one connection.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SEND = fileURLToPath(new URL('../../limit/send.mjs', import.meta.url))
const RECEIVE = fileURLToPath(new URL('../../limit/receive.mjs', import.meta.url))

/** Hashing and writing where the socket is read, or beside: which is fastest is the machine's to say. */
const WORKERS = [0, 1, 2]

/** @type {import('./index.mjs').Client[]} */
export const limits = WORKERS.map(workers => ({
  name: `limit, ${workers} worker${workers === 1 ? '' : 's'}`,
  find: async () => process.versions.node,

  async seed(lab, torrent) {
    const host = lab.host()
    const { folder, name } = torrent.content
    const child = lab.spawn(process.execPath, [SEND, host, join(folder, name)], torrent.length)
    const [, port] = await child.line(/^listening (\d+)$/m)
    return { child, host, port: Number(port) }
  },

  download(lab, torrent, { peers: [{ host, port }], out }) {
    const args = [RECEIVE, host, String(port), join(out, torrent.content.name), torrent.file, String(workers)]
    const child = lab.spawn(process.execPath, args, torrent.length)
    return { child, complete: /^complete$/m, ends: true }
  },
}))
