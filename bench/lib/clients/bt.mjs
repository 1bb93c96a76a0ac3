// bt, as this checkout builds it.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import packageJson from '../../../package.json' with { type: 'json' }

export const BT = fileURLToPath(new URL('../../../bin/run.js', import.meta.url))

/** @type {import('./index.mjs').Client} */
export const bt = {
  name: 'bt',
  find: async () => packageJson.version,

  async seed(lab, torrent) {
    const host = lab.host()
    const args = ['seed', torrent.file, torrent.content.folder, '--host', host, '--port', '0', '--json']
    const child = lab.spawn(process.execPath, [BT, ...args], torrent.length)
    const [, port] = await child.line(/"event":"listening".*"port":(\d+)/)
    return { child, host, port: Number(port) }
  },

  download(lab, torrent, { peers, out }) {
    const named = peers.flatMap(({ host, port }) => ['--peer', `${host}:${port}`])
    const args = ['download', torrent.file, '-o', join(out, torrent.content.name), ...named, '--json']
    const child = lab.spawn(process.execPath, [BT, ...args], torrent.length)
    return { child, complete: /"event":"done"/, ends: true }
  },
}

/** How much a download has, as it last said itself: with --json it does once a second. */
export function bytesDone(printed) {
  const last = printed.slice(printed.lastIndexOf('"bytesTotal"'))
  return Number(/"bytesDone":(\d+)/.exec(last)?.[1] ?? 0)
}
