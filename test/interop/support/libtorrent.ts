import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PATIENCE, type Child } from './child.ts'
import { argument, type Client, type Seed, type Source } from './client.ts'
import type { Lab } from './lab.ts'
import type { Scheme, Torrent } from './torrent.ts'

const SCRIPT = fileURLToPath(new URL('libtorrent_client.py', import.meta.url))

export interface Settings {
  /** The .torrent's path, or a magnet link. */
  readonly source: string
  readonly folder: string
  /** Complete already: seed without checking. */
  readonly seed?: boolean
  /** `ip:port` each. */
  readonly peers?: readonly string[]
  /** How many peers it unchokes at once. */
  readonly slots?: number
}

/** libtorrent with more to ask of it than of the other clients. */
export class Libtorrent {
  readonly address: string
  readonly #child: Child

  constructor(child: Child, address: string) {
    this.#child = child
    this.address = address
  }

  /** Resolves when all is written. */
  async complete(): Promise<void> {
    await this.#child.line(/^complete$/u)
  }

  /** Resolves when exactly that many pieces are here, verified. */
  async pieces(count: number): Promise<void> {
    await this.#child.line(new RegExp(`^pieces ${count}$`, 'u'))
  }

  /** Bytes of content sent to peers until now, as far as it has told. */
  get uploaded(): number {
    const totals = this.#child.stdout.matchAll(/^uploaded (\d+)$/gmu)
    return Number([...totals].at(-1)?.[1] ?? 0)
  }

  /** Resolves when at least that many bytes of content have gone to peers. */
  async uploads(bytes: number): Promise<void> {
    await this.#child.until(() => (this.uploaded >= bytes ? true : undefined), `uploads ${bytes} bytes`, PATIENCE)
  }

  async stop(): Promise<void> {
    await this.#child.stop()
  }
}

/** Starts one, and resolves when it listens. */
export async function startLibtorrent(lab: Lab, settings: Settings): Promise<Libtorrent> {
  const [host, port] = [lab.ns.freeHost(), lab.ns.freePort()]
  const peers = (settings.peers ?? []).map(peer => [peer.split(':')[0], Number(peer.split(':')[1])])
  const { source, folder, seed = false, slots } = settings
  const options = { host, port, source, folder, seed, peers, slots }
  const child = lab.ns.spawn('/usr/bin/python3', [SCRIPT, JSON.stringify(options)])
  await child.line(/^listening$/u)
  return new Libtorrent(child, `${host}:${port}`)
}

async function seed(lab: Lab, torrent: Torrent, scheme: Scheme, folder = torrent.folder): Promise<Seed> {
  return await startLibtorrent(lab, { source: torrent.file(scheme), folder, seed: true })
}

async function download(lab: Lab, source: Source): Promise<string> {
  const folder = await lab.folder('libtorrent out')
  const leech = await startLibtorrent(lab, { source: argument(source), folder })
  await leech.complete()
  await leech.stop()
  return join(folder, source.torrent.content.name)
}

export const libtorrent: Client = { name: 'libtorrent', peerIdPrefix: '-LT', emptyFiles: true, seed, download }
