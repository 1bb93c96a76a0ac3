import { join } from 'node:path'
import { argument, type Client, type Seed, type Source } from './client.ts'
import type { Lab } from './lab.ts'
import type { Scheme, Torrent } from './torrent.ts'

const LISTENING = /listening on TCP port/u

/**
 * Quiet but for the notices. Distributed hash table stays on, alone and bootstrapping from nobody: aria2 opens the socket
 * for UDP trackers only along with it.
 */
async function options(lab: Lab, host: string, port: number): Promise<string[]> {
  const state = await lab.folder('aria2 state')
  return [
    '--no-conf',
    '--console-log-level=notice',
    '--summary-interval=0',
    `--dht-file-path=${join(state, 'dht.dat')}`,
    `--dht-listen-port=${port}`,
    '--enable-dht6=false',
    '--bt-enable-lpd=false',
    '--enable-peer-exchange=false',
    '--file-allocation=none',
    `--interface=${host}`,
    `--listen-port=${port}`,
  ]
}

async function seed(lab: Lab, torrent: Torrent, scheme: Scheme, folder = torrent.folder): Promise<Seed> {
  const [host, port] = [lab.ns.freeHost(), lab.ns.freePort()]
  const seeding = ['--seed-ratio=0', '--bt-seed-unverified=true', `--dir=${folder}`, torrent.file(scheme)]
  const child = lab.ns.spawn('aria2c', [...(await options(lab, host, port)), ...seeding])
  await child.line(LISTENING)
  return { address: `${host}:${port}`, stop: async () => await child.stop() }
}

async function download(lab: Lab, source: Source): Promise<string> {
  const out = await lab.folder('aria2 out')
  const common = await options(lab, lab.ns.freeHost(), lab.ns.freePort())
  await lab.ns.spawn('aria2c', [...common, '--seed-time=0', `--dir=${out}`, argument(source)]).success()
  return join(out, source.torrent.content.name)
}

export const aria2: Client = { name: 'aria2', peerIdPrefix: 'A2-', emptyFiles: true, seed, download }
