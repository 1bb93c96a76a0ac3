// WebTorrent, if the project or the machine has it: the benchmark installs nothing.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('webtorrent-peer.mjs', import.meta.url))
const PROJECT = fileURLToPath(new URL('../../../node_modules', import.meta.url))

const folder = [PROJECT, globalModules()]
  .map(modules => join(modules, 'webtorrent'))
  .find(path => existsSync(join(path, 'package.json')))

function globalModules() {
  return spawnSync('npm', ['root', '-g'], { encoding: 'utf8' }).stdout?.trim() ?? ''
}

function manifest() {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function start(lab, torrent, options) {
  const module = join(folder, manifest().main ?? 'index.js')
  const args = [SCRIPT, JSON.stringify({ module, torrent: torrent.file, ...options })]
  return lab.spawn(process.execPath, args, torrent.length)
}

/** @type {import('./index.mjs').Client} */
export const webtorrent = {
  name: 'webtorrent',
  find: async () => (folder === undefined ? undefined : manifest().version),

  async seed(lab, torrent) {
    const host = lab.host()
    const child = start(lab, torrent, { folder: torrent.content.folder, peers: [] })
    const [, port] = await child.line(/^listening (\d+)$/m)
    await child.line(/^complete$/m)
    return { child, host, port: Number(port) }
  },

  async download(lab, torrent, { peers, out }) {
    const child = start(lab, torrent, { folder: out, peers: peers.map(({ host, port }) => `${host}:${port}`) })
    return { child, complete: /^complete$/m, ends: false }
  },
}
