// What the words after `bt seed` mean: torrents, folders of torrents, and content that is made into a torrent first.
import { basename, join, resolve } from 'node:path'
import { hex } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { formatMagnet } from '../metainfo/magnet.ts'
import { parseMetainfo } from '../metainfo/metainfo.ts'
import { createTorrent } from './create-torrent.ts'
import { contentStamp, type SeedPlace } from './seed-content.ts'
import { fromMetainfo, loadSource, type TorrentSource } from './source.ts'
import { kindOf, namesTorrent, splitPlace, torrentsIn } from './torrent-words.ts'

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
  const found = distinct(await find(words, options), options.onWarning)
  if (options.private === true && found.every(({ magnet }) => magnet === undefined)) {
    throw new BtError('USAGE', '--private is for content that is made into a torrent; these are torrents already')
  }
  return found
}

async function find(words: readonly string[], options: SeedItemsOptions): Promise<readonly SeedItem[]> {
  const { torrents, path } = await splitPlace(words)
  if (path === undefined || !(await allTorrents(torrents))) return allItems(words, options)
  const found = await allItems(torrents, options)
  // Behind one torrent there is nothing but a place; behind several, a folder of torrents is more of them.
  const one = torrents.length === 1 && (await namesTorrent(torrents[0] ?? ''))
  const more = one ? [] : await torrentsIn(path)
  if (more.length > 0 && !(await holdsContent(path, found))) return [...found, ...(await allItems([path], options))]
  if (options.path !== undefined) {
    throw new BtError('USAGE', `the place of the content is given twice, as ${path} and with --path`)
  }
  return found.map(item => ({ ...item, path }))
}

async function allItems(words: readonly string[], options: SeedItemsOptions): Promise<readonly SeedItem[]> {
  return (await Promise.all(words.map(word => items(word, options)))).flat()
}

/** Each torrent once. Where content was made into it too, that one is kept: it knows where the content is. */
function distinct(found: readonly SeedItem[], onWarning: (message: string) => void): readonly SeedItem[] {
  const once = new Map<string, SeedItem>()
  for (const item of found) {
    const key = hex(item.source.infoHash)
    const earlier = once.get(key)
    if (earlier !== undefined) {
      onWarning(`"${item.source.displayName ?? key}" was given more than once; it is served once`)
    }
    once.set(key, earlier === undefined || earlier.magnet === undefined ? item : earlier)
  }
  return [...once.values()]
}

/** Whether all words are torrents or folders of them, so that the one behind them can be the place of their content. */
async function allTorrents(words: readonly string[]): Promise<boolean> {
  const are = await Promise.all(
    words.map(async word => (await namesTorrent(word)) || (await torrentsIn(word)).length > 0),
  )
  return !are.includes(false)
}

/** Whether the content of one of them is at the path, or it is that content, by its name. */
async function holdsContent(path: string, found: readonly SeedItem[]): Promise<boolean> {
  const names = found.flatMap(({ source }) => source.info?.name ?? [])
  const kinds = await Promise.all(names.map(name => kindOf(join(path, name))))
  return names.includes(basename(resolve(path))) || kinds.some(kind => kind !== 'nothing')
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

async function isContent(word: string): Promise<boolean> {
  const kind = await kindOf(word)
  return kind === 'folder' || kind === 'content'
}
