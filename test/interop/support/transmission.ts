import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Child } from './child.ts'
import { argument, type Client, type Seed, type Source } from './client.ts'
import type { Lab } from './lab.ts'
import type { Scheme, Torrent } from './torrent.ts'

const COMPLETE = 'the torrent is complete'
const SEEDING = /Seeding, uploading/u
const ATTEMPTS = 5

const SETTINGS = {
  'dht-enabled': false,
  'lpd-enabled': false,
  'pex-enabled': false,
  'utp-enabled': false,
  'port-forwarding-enabled': false,
  'rename-partial-files': false,
  encryption: 0,
}

interface Started {
  readonly child: Child
  readonly address: string
}

async function launch(lab: Lab, folder: string, what: string): Promise<Started> {
  const [host, port, config] = [lab.ns.freeHost(), lab.ns.freePort(), await lab.folder('transmission state')]
  await writeFile(join(config, 'settings.json'), JSON.stringify({ ...SETTINGS, 'bind-address-ipv4': host }))
  const script = join(config, 'finished.sh')
  await writeFile(script, `#!/bin/sh\necho '${COMPLETE}'\n`, { mode: 0o755 })
  const args = ['-g', config, '-M', '-p', String(port), '-et', '-f', script, '-w', folder, what]
  const child = lab.ns.spawn('transmission-cli', args, { env: { HOME: config } })
  return { child, address: `${host}:${port}` }
}

/**
 * Resolves when it prints `awaited`. It looks at its torrent five times a second, and takes one that it sees between
 * verification and start for stopped: then it ends with 0, and is to be started again. It verifies at the beginning, and
 * once more when a magnet link's metadata has come.
 */
async function start(lab: Lab, folder: string, what: string, awaited: RegExp): Promise<Started> {
  for (let attempt = 1; ; attempt++) {
    const started = await launch(lab, folder, what)
    try {
      await started.child.line(awaited)
      return started
    } catch (error) {
      await started.child.stop()
      const { code } = await started.child.exit()
      if (code !== 0 || attempt === ATTEMPTS) throw error
    }
  }
}

async function seed(lab: Lab, torrent: Torrent, scheme: Scheme, folder = torrent.folder): Promise<Seed> {
  const { child, address } = await start(lab, folder, torrent.file(scheme), SEEDING)
  return { address, stop: async () => await child.stop() }
}

async function download(lab: Lab, source: Source): Promise<string> {
  const out = await lab.folder('transmission out')
  const { child } = await start(lab, out, argument(source), new RegExp(COMPLETE, 'u'))
  await child.stop()
  return join(out, source.torrent.content.name)
}

export const transmission: Client = { name: 'transmission', peerIdPrefix: '-TR', emptyFiles: false, seed, download }
