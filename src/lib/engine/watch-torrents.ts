// Seeds what folders of torrents name, as long as they do. Folders are looked at again and again: not every file system
// tells of changes, and those that are mounted from elsewhere do not.
import { setTimeout as sleep } from 'node:timers/promises'
import { hex } from '../base/bytes.ts'
import { asBtError } from './errors.ts'
import { contentStamp } from './seed-content.ts'
import type { Engine, SeedOptions } from './engine.ts'
import type { TorrentSession } from './torrent-session.ts'
import { TorrentFolder, type FolderChange } from './torrent-folder.ts'
import type { TorrentSource } from './source.ts'

export interface WatchOptions {
  /** How each torrent is seeded; `path` is the folder that holds the content of all. */
  readonly seed?: SeedOptions
  readonly signal: AbortSignal
  /** Of every session that begins, also one that begins anew because there is more of its content. */
  readonly onAdded: (session: TorrentSession) => void
  readonly onRemoved: (session: TorrentSession) => void
  readonly onProblem: (message: string) => void
}

/** Milliseconds between looks at the folders. */
const LOOK_INTERVAL = 1_000
/** Looks at the folders for each look at content that is not complete. */
const CONTENT_LOOKS = 5

interface Watched {
  readonly session: TorrentSession
  /** How its content was when the session began. */
  readonly began: string
  /** How it was at the last look: what is still changing is left alone. */
  seen: string
}

export class TorrentWatch {
  readonly #engine: Engine
  readonly #folder: TorrentFolder
  readonly #options: WatchOptions
  /** By info-hash in hex. */
  readonly #watched = new Map<string, Watched>()
  #looks = 0

  constructor(engine: Engine, folders: readonly string[], options: WatchOptions) {
    this.#engine = engine
    this.#options = options
    this.#folder = new TorrentFolder(folders, options.signal)
  }

  /** Begins and ends sessions by what the folders hold now. */
  async look(): Promise<void> {
    const changes = await this.#folder.look()
    if (this.#options.signal.aborted) return
    // What comes is not to wait until trackers have heard of what goes.
    await Promise.all(changes.map(change => this.#follow(change)))
    this.#looks++
    if (this.#looks % CONTENT_LOOKS === 0) {
      for (const watched of this.#watched.values()) await this.#lookAtContent(watched)
    }
  }

  /** Looks until the signal is aborted. */
  async run(): Promise<void> {
    const { signal } = this.#options
    while (!signal.aborted) {
      await sleep(LOOK_INTERVAL, undefined, { signal }).catch(() => undefined)
      if (!signal.aborted) await this.look()
    }
  }

  async #follow(change: FolderChange): Promise<void> {
    const { onProblem } = this.#options
    if (change.type === 'added') await this.#begin(change.source)
    else if (change.type === 'removed') await this.#end(change.source)
    else if (change.type === 'broken') onProblem(change.error.message)
    else onProblem(`${change.folder} can not be looked into, and counts as unchanged: ${change.error.message}`)
  }

  async #begin(source: TorrentSource): Promise<void> {
    const { seed = {}, signal, onAdded, onProblem } = this.#options
    const began = await contentStamp(source, seed)
    if (signal.aborted) return
    try {
      const session = this.#engine.seed(source, seed)
      this.#watched.set(hex(source.infoHash), { session, began, seen: began })
      onAdded(session)
    } catch (error) {
      onProblem(asBtError(error).message)
    }
  }

  async #end({ infoHash }: TorrentSource): Promise<void> {
    const watched = this.#watched.get(hex(infoHash))
    if (watched === undefined) return
    this.#watched.delete(hex(infoHash))
    this.#options.onRemoved(watched.session)
    await this.#remove(watched.session)
  }

  /** Begins anew where something was missing, and the content has changed since and is at rest. */
  async #lookAtContent(watched: Watched): Promise<void> {
    const { session, began } = watched
    if (!lacksContent(session)) return
    const now = await contentStamp(session.source, this.#options.seed ?? {})
    const rests = now === watched.seen
    watched.seen = now
    if (now === began || !rests || this.#options.signal.aborted) return
    await this.#remove(session)
    await this.#begin(session.source)
  }

  async #remove(session: TorrentSession): Promise<void> {
    await this.#engine.remove(session).catch((error: unknown) => this.#options.onProblem(asBtError(error).message))
  }
}

function lacksContent({ stage, have }: TorrentSession): boolean {
  return stage === 'failed' || (stage === 'seeding' && have?.complete === false)
}
