// Transmission, which learns of its peers from a tracker and goes on when it is complete: then it runs a script.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, version } from '../tools.mjs'

const COMPLETE = 'the torrent is complete'
/** It looks at its torrent now and then, takes one that it sees between two states for stopped, and ends with 0. */
const ATTEMPTS = 5

const SETTINGS = {
  'dht-enabled': false,
  'lpd-enabled': false,
  'pex-enabled': false,
  'utp-enabled': false,
  'port-forwarding-enabled': false,
  'rename-partial-files': false,
  'ratio-limit-enabled': false,
  'speed-limit-down-enabled': false,
  'speed-limit-up-enabled': false,
  encryption: 0,
}

async function start(lab, torrent, folder, file) {
  const [host, config] = [lab.host(), lab.folder('transmission')]
  const port = await freePort(host)
  writeFileSync(join(config, 'settings.json'), JSON.stringify({ ...SETTINGS, 'bind-address-ipv4': host }))
  const script = join(config, 'finished.sh')
  writeFileSync(script, `#!/bin/sh\necho '${COMPLETE}'\n`, { mode: 0o755 })
  const args = ['-g', config, '-M', '-D', '-U', '-p', String(port), '-et', '-f', script, '-w', folder, file]
  return { child: lab.spawn('transmission-cli', args, torrent.length), host, port }
}

/** @type {import('./index.mjs').Client} */
export const transmission = {
  name: 'transmission',
  find: async () => version('transmission-cli', ['--version']),

  async seed(lab, torrent) {
    for (let attempt = 1; ; attempt++) {
      const seed = await start(lab, torrent, torrent.content.folder, torrent.file)
      try {
        await seed.child.line(/Seeding, uploading/)
        return seed
      } catch (error) {
        await seed.child.stop()
        if (attempt === ATTEMPTS) throw error
      }
    }
  },

  async download(lab, torrent, { out }) {
    const { child } = await start(lab, torrent, out, torrent.announced)
    return { child, complete: new RegExp(COMPLETE), ends: false }
  },
}
