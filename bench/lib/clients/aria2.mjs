// aria2, which learns of its peers from a tracker.
import { freePort, version } from '../tools.mjs'

/** As much as it can, and nothing but TCP to the peers that are named. */
const OPTIONS = [
  '--no-conf',
  '--console-log-level=notice',
  '--summary-interval=0',
  '--show-console-readout=false',
  '--enable-dht=false',
  '--enable-dht6=false',
  '--bt-enable-lpd=false',
  '--enable-peer-exchange=false',
  '--bt-min-crypto-level=plain',
  '--file-allocation=none',
]

async function start(lab, torrent, args) {
  const host = lab.host()
  const port = await freePort(host)
  const where = [`--interface=${host}`, `--listen-port=${port}`]
  return { child: lab.spawn('aria2c', [...OPTIONS, ...where, ...args], torrent.length), host, port }
}

/** @type {import('./index.mjs').Client} */
export const aria2 = {
  name: 'aria2',
  find: async () => version('aria2c', ['--version']),

  async seed(lab, torrent) {
    const args = ['--seed-ratio=0', '--bt-seed-unverified=true', `--dir=${torrent.content.folder}`, torrent.file]
    const seed = await start(lab, torrent, args)
    await seed.child.line(/listening on TCP port/)
    return seed
  },

  async download(lab, torrent, { out }) {
    const { child } = await start(lab, torrent, ['--seed-time=0', `--dir=${out}`, torrent.announced])
    return { child, complete: /Download complete/, ends: true }
  },
}
