// What the words after `bt seed` mean: torrents, folders of torrents, and content that is made into a torrent first.
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BtError } from '../base/errors.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import { parseMetainfo } from '../metainfo/metainfo.ts'
import { createTorrent } from './create-torrent.ts'
import { fromMetainfo, loadSource, type TorrentSource } from './source.ts'

export interface SeedItem {
  readonly source: TorrentSource
  /** Where its content is; undefined: in the working folder. */
  readonly path?: string
  /** Of a torrent that was made here: how others get it. */
  readonly magnet?: string
}

export interface SeedItemsOptions {
  readonly trackers: readonly string[]
  readonly signal: AbortSignal
  readonly onWarning: (message: string) => void
  /** The folder that holds the content of every torrent. */
  readonly path?: string
}

/** @throws BtError USAGE, or what reading a torrent or its content throws */
export async function seedItems(words: readonly string[], options: SeedItemsOptions): Promise<readonly SeedItem[]> {
  const [first, second, ...rest] = words
  const pair = first !== undefined && second !== undefined && rest.length === 0
  if (pair && namesTorrent(first) && !namesTorrent(second)) {
    if (options.path !== undefined) throw new BtError('USAGE', 'the place of the content is given twice')
    return items(first, { ...options, path: second })
  }
  const found = await Promise.all(words.map(word => items(word, options)))
  return found.flat()
}

/** Whether a word can only mean a torrent, so that the one after it is the place of its content. */
function namesTorrent(word: string): boolean {
  return word === '-' || /^https?:\/\//i.test(word) || word.endsWith('.torrent')
}

async function items(word: string, options: SeedItemsOptions): Promise<readonly SeedItem[]> {
  const torrents = await torrentsIn(word)
  if (torrents.length > 0) return Promise.all(torrents.map(file => existing(file, options)))
  return [await ((await isContent(word)) ? made(word, options) : existing(word, options))]
}

async function existing(word: string, options: SeedItemsOptions): Promise<SeedItem> {
  const source = await loadSource(word, options.signal)
  if (source.info === undefined) {
    throw new BtError(
      'USAGE',
      `${word} holds no metadata to seed from; use bt download_magnet first, or a .torrent file`,
    )
  }
  return { source, ...(options.path !== undefined && { path: options.path }) }
}

async function made(path: string, options: SeedItemsOptions): Promise<SeedItem> {
  const tiers = options.trackers.map(url => [url])
  const { bytes } = await createTorrent(path, { tiers, signal: options.signal })
  const source = fromMetainfo(parseMetainfo(bytes))
  const magnet = formatMagnet({
    infoHash: source.infoHash,
    trackers: options.trackers,
    ...(source.displayName !== undefined && { displayName: source.displayName }),
  })
  return { source, path, magnet }
}

/** The .torrent files of a folder that holds some; of one that holds none it is content. */
async function torrentsIn(path: string): Promise<readonly string[]> {
  if ((await kindOf(path)) !== 'folder') return []
  const names = (await readdir(path)).filter(name => name.endsWith('.torrent'))
  return names.sort().map(name => join(path, name))
}

async function isContent(word: string): Promise<boolean> {
  const kind = await kindOf(word)
  return kind === 'folder' || (kind === 'file' && !word.endsWith('.torrent'))
}

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  const stats = await stat(path).catch(() => undefined)
  if (stats === undefined) return 'nothing'
  return stats.isDirectory() ? 'folder' : 'file'
}
