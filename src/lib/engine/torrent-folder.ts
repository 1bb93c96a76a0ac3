// Folders of .torrent files as they change. A torrent is there as long as one file holds it, under whatever name; a file
// that is not a torrent yet may be one that is just being written.
import { stat } from 'node:fs/promises'
import { hex } from '../base/bytes.ts'
import type { BtError } from '../base/errors.ts'
import { asBtError } from './errors.ts'
import { torrentFiles } from './torrent-words.ts'
import { loadSource, type TorrentSource } from './source.ts'

export type FolderChange =
  | { readonly type: 'added'; readonly source: TorrentSource }
  | { readonly type: 'removed'; readonly source: TorrentSource }
  /** It has stayed the same for a while and is no torrent. */
  | { readonly type: 'broken'; readonly file: string; readonly error: BtError }
  /** What was in it is taken to be there still. */
  | { readonly type: 'unreadable'; readonly folder: string; readonly error: BtError }

/** Looks at which a file has stayed the same before it is called broken. */
const PATIENCE = 5

interface KnownFile {
  readonly stamp: string
  /** What it holds, or held before it was written to. */
  readonly source: TorrentSource | undefined
  readonly error: BtError | undefined
  /** Since it changed. */
  readonly looks: number
}

export class TorrentFolder {
  readonly #folders: readonly string[]
  readonly #signal: AbortSignal
  /** By path, folder by folder. */
  readonly #files = new Map<string, ReadonlyMap<string, KnownFile>>()
  readonly #unreadable = new Set<string>()
  /** By info-hash in hex. */
  #torrents: ReadonlyMap<string, TorrentSource> = new Map()

  constructor(folders: readonly string[], signal: AbortSignal) {
    this.#folders = folders
    this.#signal = signal
  }

  /** What has changed since the last look; at the first one, everything is new. */
  async look(): Promise<readonly FolderChange[]> {
    const changes: FolderChange[] = []
    for (const folder of this.#folders) changes.push(...(await this.#lookInto(folder)))
    const before = this.#torrents
    const now = new Map<string, TorrentSource>()
    for (const files of this.#files.values()) {
      for (const { source } of files.values()) if (source !== undefined) now.set(hex(source.infoHash), source)
    }
    this.#torrents = now
    for (const [hash, source] of now) if (!before.has(hash)) changes.push({ type: 'added', source })
    for (const [hash, source] of before) if (!now.has(hash)) changes.push({ type: 'removed', source })
    return changes
  }

  async #lookInto(folder: string): Promise<readonly FolderChange[]> {
    const known = this.#files.get(folder)
    const files = new Map<string, KnownFile>()
    const changes: FolderChange[] = []
    try {
      for (const path of await torrentFiles(folder)) {
        const file = await this.#lookAt(path, known?.get(path))
        if (file === undefined) continue
        files.set(path, file)
        if (file.looks === PATIENCE && file.error !== undefined) {
          changes.push({ type: 'broken', file: path, error: file.error })
        }
      }
    } catch (error) {
      if (this.#unreadable.has(folder)) return []
      this.#unreadable.add(folder)
      return [{ type: 'unreadable', folder, error: asBtError(error) }]
    }
    this.#unreadable.delete(folder)
    this.#files.set(folder, files)
    return changes
  }

  /** Undefined: it is gone. */
  async #lookAt(path: string, known: KnownFile | undefined): Promise<KnownFile | undefined> {
    const stamp = await stampOf(path)
    if (stamp === undefined) return undefined
    if (stamp === known?.stamp) {
      const looks = known.looks + 1
      const given = known.error !== undefined && looks >= PATIENCE
      return { ...known, looks, source: given ? undefined : known.source }
    }
    try {
      return { stamp, source: await loadSource(path, this.#signal), error: undefined, looks: 0 }
    } catch (error) {
      return { stamp, source: known?.source, error: asBtError(error), looks: 0 }
    }
  }
}

/** What changes with the content of a file. */
async function stampOf(path: string): Promise<string | undefined> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined)
  return stats?.isFile() === true ? `${stats.ino} ${stats.size} ${stats.mtimeNs}` : undefined
}
