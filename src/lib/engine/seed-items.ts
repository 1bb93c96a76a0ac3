// What the words after `bt seed` mean: torrents, folders of torrents, and content that is made into a torrent first.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BtError } from '../base/errors.ts'
import { MAX_TORRENT_BYTES } from '../metainfo/limits.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import { parseMetainfo } from '../metainfo/metainfo.ts'
import { diskError } from '../storage/disk-error.ts'
import { createTorrent } from './create-torrent.ts'
import { contentStamp, type SeedPlace } from './seed-content.ts'
import { fromMetainfo, loadSource, type TorrentSource } from './source.ts'

export interface SeedItem extends SeedPlace {
  readonly source: TorrentSource
  /** Of a torrent that was made here: how others get it. */
  readonly magnet?: string
}

export interface SeedItemsOptions {
  readonly trackers: readonly string[]
  /** BEP 27, of what is made into a torrent. */
  readonly private?: boolean
  /** Pieces hashed, of all, of what is made into a torrent. */
  readonly onHashed?: (hashed: number, total: number) => void
  readonly signal: AbortSignal
  readonly onWarning: (message: string) => void
  /** The folder that holds the content of every torrent. */
  readonly path?: string
}

/** @throws BtError USAGE, or what reading a torrent or its content throws */
export async function seedItems(words: readonly string[], options: SeedItemsOptions): Promise<readonly SeedItem[]> {
  const found = await find(words, options)
  if (options.private === true && found.every(({ magnet }) => magnet === undefined)) {
    throw new BtError('USAGE', '--private is for content that is made into a torrent; these are torrents already')
  }
  return found
}

async function find(words: readonly string[], options: SeedItemsOptions): Promise<readonly SeedItem[]> {
  const [first, second, ...rest] = words
  const pair = first !== undefined && second !== undefined && rest.length === 0
  if (pair && (await namesTorrent(first)) && !(await namesTorrent(second))) {
    if (options.path !== undefined) throw new BtError('USAGE', 'the place of the content is given twice')
    return items(first, { ...options, path: second })
  }
  return (await Promise.all(words.map(word => items(word, options)))).flat()
}

/** @throws BtError DISK_NOT_FOUND, USAGE where the path is none of a folder */
export async function checkFolder(path: string): Promise<void> {
  const kind = await kindOf(path)
  if (kind === 'nothing') throw new BtError('DISK_NOT_FOUND', `there is no folder ${path}`)
  if (kind !== 'folder') throw new BtError('USAGE', `${path} is not a folder; only a folder of torrents can be watched`)
}

/** The .torrent files of a folder, by name; whatever else is in it counts for nothing. @throws what reading it throws */
export async function torrentFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw diskError(error, folder, 'read')
  })
  return names
    .filter(isTorrentName)
    .sort()
    .map(name => join(folder, name))
}

/** Whether a word can only mean a torrent, so that the one after it is the place of its content. */
export async function namesTorrent(word: string): Promise<boolean> {
  if (word === '-' || /^(https?:\/\/|magnet:)/i.test(word)) return true
  const kind = await kindOf(word)
  if (kind === 'nothing') return isTorrentName(word) || /^[0-9a-f]{40}$/i.test(word)
  return kind === 'torrent'
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
  if (options.private === true && options.trackers.length === 0) {
    throw new BtError('USAGE', 'a private torrent gets peers from its trackers only; give one with --tracker')
  }
  const tiers = options.trackers.map(url => [url])
  const { bytes, content } = await createTorrent(path, {
    tiers,
    private: options.private === true,
    signal: options.signal,
    onProgress: ({ hashed, total }) => options.onHashed?.(hashed, total),
  })
  const source = fromMetainfo(parseMetainfo(bytes))
  const magnet = formatMagnet({
    infoHash: source.infoHash,
    trackers: options.trackers,
    ...(source.displayName !== undefined && { displayName: source.displayName }),
  })
  const { root, singleFile } = content
  // The torrent may give files other names, safe ones for every system.
  const place = { path, files: content.files.map(file => (singleFile ? root : join(root, ...file.path))) }
  return { source, magnet, ...place, verified: await contentStamp(source, place) }
}

/** The .torrent files of a folder that holds some; of one that holds none it is content. */
async function torrentsIn(path: string): Promise<readonly string[]> {
  return (await kindOf(path)) === 'folder' ? torrentFiles(path) : []
}

async function isContent(word: string): Promise<boolean> {
  const kind = await kindOf(word)
  return kind === 'folder' || kind === 'content'
}

/** A file that is named as a torrent and is none is taken for a broken one, and not shared. */
async function kindOf(path: string): Promise<'torrent' | 'content' | 'folder' | 'nothing'> {
  const stats = await stat(path).catch(() => undefined)
  if (stats === undefined) return 'nothing'
  if (stats.isDirectory()) return 'folder'
  if (isTorrentName(path)) return 'torrent'
  const mayHold = stats.isFile() && stats.size <= MAX_TORRENT_BYTES
  return mayHold && (await holdsMetainfo(path)) ? 'torrent' : 'content'
}

function isTorrentName(name: string): boolean {
  return /\.torrent$/i.test(name)
}

/** Also of a kind that can not be transferred. A file that can not be read is for whoever reads it to complain about. */
async function holdsMetainfo(path: string): Promise<boolean> {
  try {
    parseMetainfo(await readFile(path))
    return true
  } catch (error) {
    return error instanceof BtError && error.code === 'UNSUPPORTED_TORRENT'
  }
}
