/** The trackers of a test: where they answer, and what they know. */
import { fileURLToPath } from 'node:url'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Child } from './child.ts'
import { startBt } from './bt-process.ts'
import { HERE, type Namespace } from './namespace.ts'
import type { AnnounceUrls } from './torrent.ts'

const AWAIT_SEEDS = fileURLToPath(new URL('await_seeds.py', import.meta.url))

export class Tracker {
  readonly announce: AnnounceUrls
  readonly httpPort: number
  readonly udpPort: number
  readonly #ns: Namespace
  readonly #folder: string

  constructor(ns: Namespace, folder: string) {
    this.#ns = ns
    this.#folder = folder
    this.httpPort = ns.freePort()
    this.udpPort = ns.freePort()
    this.announce = {
      http: `http://${HERE}:${this.httpPort}/announce`,
      udp: `udp://${HERE}:${this.udpPort}/announce`,
    }
  }

  /** Starts opentracker, which serves these torrents and refuses all others as "not authorized". */
  async startOpentracker(...infoHashes: readonly string[]): Promise<Child> {
    const whitelist = join(this.#folder, 'whitelist')
    await writeFile(whitelist, infoHashes.map(hash => `${hash}\n`).join(''), { mode: 0o644 })
    const ports = ['-p', String(this.httpPort), '-P', String(this.udpPort)]
    const child = this.#ns.spawn('opentracker', ['-i', HERE, ...ports, '-w', whitelist], { cwd: this.#folder })
    await this.#answers(child)
    return child
  }

  /** Starts `bt tracker`, which serves every torrent. */
  async startBt(): Promise<Child> {
    const ports = ['--http-port', String(this.httpPort), '--udp-port', String(this.udpPort)]
    const child = startBt(this.#ns, this.#folder, 'tracker', ...ports)
    await this.#answers(child)
    return child
  }

  /** Resolves when the tracker knows at least `count` seeds. */
  async seeds(infoHash: string, count: number): Promise<void> {
    await this.#ns.spawn('/usr/bin/python3', [AWAIT_SEEDS, this.announce.http, infoHash, String(count)]).success()
  }

  async #answers(tracker: Child): Promise<void> {
    const ended = tracker.exit().then(() => {
      throw new Error(`The tracker ended.\n${tracker.report()}`)
    })
    await Promise.race([this.seeds('0'.repeat(40), 0), ended])
  }
}
