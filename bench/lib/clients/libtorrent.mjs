// libtorrent, by its Python module.
import { fileURLToPath } from 'node:url'
import { version } from '../tools.mjs'

const SCRIPT = fileURLToPath(new URL('libtorrent_peer.py', import.meta.url))
const VERSION = 'import libtorrent; print(libtorrent.__version__)'
/** The system's own Python has the system's module, whatever else is first in the path. */
const PYTHONS = ['/usr/bin/python3', 'python3']

const python = PYTHONS.find(program => version(program, ['-c', VERSION]) !== undefined)

function start(lab, torrent, options) {
  const args = [SCRIPT, JSON.stringify({ host: lab.host(), torrent: torrent.file, ...options })]
  return lab.spawn(python, args, torrent.length)
}

/** @type {import('./index.mjs').Client} */
export const libtorrent = {
  name: 'libtorrent',
  find: async () => (python === undefined ? undefined : version(python, ['-c', VERSION])),

  async seed(lab, torrent, peers = []) {
    const addresses = peers.map(({ host, port }) => [host, port])
    const child = start(lab, torrent, { folder: torrent.content.folder, seed: true, peers: addresses })
    const [, host, port] = await child.line(/^listening (\S+) (\d+)$/m)
    return { child, host, port: Number(port) }
  },

  download(lab, torrent, { peers, out }) {
    const addresses = peers.map(({ host, port }) => [host, port])
    const child = start(lab, torrent, { folder: out, seed: false, peers: addresses })
    return { child, complete: /^complete$/m, ends: true }
  },
}
