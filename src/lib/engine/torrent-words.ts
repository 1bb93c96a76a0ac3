// What a word on a command line names, as the disk shows it: a torrent, a folder of torrents, content, or the place of content.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BtError } from '../base/errors.ts'
import { MAX_TORRENT_BYTES } from '../metainfo/limits.ts'
import { parseMetainfo } from '../metainfo/metainfo.ts'
import { diskError } from '../storage/disk-error.ts'

export type WordKind = 'torrent' | 'content' | 'folder' | 'nothing'

/** Torrents, and where their content is, if that was said. */
export interface PlacedWords {
  readonly torrents: readonly string[]
  /** The content itself or the folder that holds it. */
  readonly path: string | undefined
}

/**
 * Words that are torrents, but for the last of several where it is none: that is the place of their content.
 * @throws BtError USAGE where that is empty
 */
export async function splitPlace(words: readonly string[]): Promise<PlacedWords> {
  const last = words.at(-1)
  if (words.length > 1 && last === '') {
    throw new BtError('USAGE', 'the place of the content is empty; name it, or leave it out')
  }
  const isPlace = words.length > 1 && last !== undefined && !(await namesTorrent(last))
  return isPlace ? { torrents: words.slice(0, -1), path: last } : { torrents: words, path: undefined }
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

/** The .torrent files of a folder that holds some; of one that holds none it is content. */
export async function torrentsIn(path: string): Promise<readonly string[]> {
  return (await kindOf(path)) === 'folder' ? torrentFiles(path) : []
}

/** A file that is named as a torrent and is none is taken for a broken one, and not shared. */
export async function kindOf(path: string): Promise<WordKind> {
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
