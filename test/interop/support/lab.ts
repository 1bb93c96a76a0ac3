/** Everything one test has to itself: a namespace, a folder, a tracker's place, and the torrents it made. */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Content } from './content.ts'
import { Namespace } from './namespace.ts'
import { makeTorrent, type Torrent } from './torrent.ts'
import { Tracker } from './tracker.ts'

export type TrackerProgram = 'opentracker' | 'bt'

export class Lab {
  readonly ns: Namespace
  readonly tracker: Tracker
  readonly #root: string
  #folders = 0

  private constructor(ns: Namespace, root: string) {
    this.ns = ns
    this.#root = root
    this.tracker = new Tracker(ns, root)
  }

  static async open(): Promise<Lab> {
    const root = await mkdtemp(join(tmpdir(), 'bt-interop-'))
    // opentracker reads its white list as nobody.
    await chmod(root, 0o755)
    return new Lab(await Namespace.open(), root)
  }

  /** A new empty folder. */
  async folder(name: string): Promise<string> {
    this.#folders += 1
    const path = join(this.#root, `${this.#folders} ${name}`)
    await mkdir(path, { recursive: true })
    return path
  }

  /** A torrent that names this lab's tracker, which does not run yet. */
  async torrent(content: Content): Promise<Torrent> {
    return await makeTorrent(this.ns, await this.folder('content'), content, this.tracker.announce)
  }

  /** A torrent, and a tracker that serves it. */
  async published(content: Content, by: TrackerProgram = 'opentracker'): Promise<Torrent> {
    const torrent = await this.torrent(content)
    if (by === 'opentracker') await this.tracker.startOpentracker(torrent.infoHash)
    else await this.tracker.startBt()
    return torrent
  }

  async close(): Promise<void> {
    await this.ns.close()
    await rm(this.#root, { recursive: true, force: true })
  }
}
