/** `bt` as one client among the others. All of it is at one address, from which its connections come too. */
import { join } from 'node:path'
import { bt, startBt } from './bt-process.ts'
import { argument, type Client, type Seed, type Source } from './client.ts'
import type { Lab } from './lab.ts'
import { HERE } from './namespace.ts'
import type { Scheme, Torrent } from './torrent.ts'

async function seed(lab: Lab, torrent: Torrent, scheme: Scheme, folder = torrent.folder): Promise<Seed> {
  const address = `${HERE}:${lab.ns.freePort()}`
  const where = ['--host', HERE, '--port', address.slice(HERE.length + 1)]
  const child = startBt(lab.ns, await lab.folder('bt home'), 'seed', torrent.file(scheme), folder, ...where)
  await child.line(/^Listening on /u)
  return { address, stop: async () => await child.stop() }
}

async function download(lab: Lab, source: Source): Promise<string> {
  const out = join(await lab.folder('bt out'), source.torrent.content.name)
  await bt(lab, source.form === 'torrent' ? 'download' : 'download_magnet', argument(source), '-o', out)
  return out
}

export const ours: Client = { name: 'bt', peerIdPrefix: '-tb', emptyFiles: true, seed, download }
