// The files below a path that a torrent is made from, in the order of their names as bytes, element by element (the order
// that BEP 52 prescribes for its file tree; BEP 3 leaves it open).
import { readdir } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { latin1, tryUtf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { mapConcurrently } from './concurrently.ts'
import { look } from './descriptor.ts'
import { diskError } from './disk-error.ts'
import { LOOK_CONCURRENCY } from './file-stamp.ts'
import { isStateName } from './output.ts'

export interface ListedFile {
  /** Elements below the folder; the file's own name where the path is a file. */
  readonly path: readonly string[]
  /** Bytes. */
  readonly length: number
}

export interface Listing {
  /** Absolute. */
  readonly root: string
  readonly name: string
  readonly singleFile: boolean
  readonly files: readonly ListedFile[]
  readonly totalLength: number
  /** Paths left out, relative to the root: hidden, junk, links, and what is neither file nor folder. */
  readonly leftOut: readonly string[]
}

export interface ListOptions {
  /** Names that start with a dot. Left out by default. */
  readonly hidden?: boolean
  /** What file managers leave behind. Left out by default. */
  readonly junk?: boolean
  /** Symbolic links are left out by default. */
  readonly followLinks?: boolean
  /** Further paths to leave out, a folder with all in it. */
  readonly exclude?: (path: readonly string[]) => boolean
}

/** Depth of folders, docs/DESIGN.md "Limits". */
const MAX_DEPTH = 100
const JUNK: ReadonlySet<string> = new Set(['.ds_store', '.localized', 'thumbs.db', 'ehthumbs.db', 'desktop.ini'])

interface Walk {
  readonly root: string
  readonly options: ListOptions
  readonly files: ListedFile[]
  readonly leftOut: string[]
}

/** @throws BtError DISK_* where something can not be looked at; INPUT_UNREADABLE for a name that is not UTF-8 */
export async function listPath(path: string, options: ListOptions = {}): Promise<Listing> {
  const root = resolve(path)
  const name = basename(root)
  const stats = await lookAt(root, true)
  if (stats.isFile()) {
    const length = Number(stats.size)
    return { root, name, singleFile: true, files: [{ path: [name], length }], totalLength: length, leftOut: [] }
  }
  if (!stats.isDirectory()) {
    throw new BtError('INPUT_UNREADABLE', `"${root}" is neither a file nor a folder; name one of these`)
  }
  const walk: Walk = { root, options, files: [], leftOut: [] }
  await walkFolder(walk, [], new Set([identity(stats)]))
  const { files, leftOut } = walk
  return { root, name, singleFile: false, files, totalLength: files.reduce((sum, f) => sum + f.length, 0), leftOut }
}

/** `ancestors`: the folders around this one, so that a link to one of them does not lead round for ever. */
async function walkFolder(walk: Walk, path: readonly string[], ancestors: ReadonlySet<string>): Promise<void> {
  const folder = join(walk.root, ...path)
  if (path.length >= MAX_DEPTH) throw new BtError('INPUT_UNREADABLE', `"${folder}" is deeper than ${MAX_DEPTH} folders`)
  const names = await namesIn(folder)
  // All at once, since each waits for the disk; what they are is then told in their order.
  const looks = await mapConcurrently(names, LOOK_CONCURRENCY, async name => {
    if (isUnwanted(walk.options, name, [...path, name])) return undefined
    return lookAt(join(folder, name), walk.options.followLinks === true)
  })
  for (const [index, name] of names.entries()) await visit(walk, [...path, name], looks[index], ancestors)
}

/** @param stats undefined: not wanted */
async function visit(
  walk: Walk,
  path: readonly string[],
  stats: BigIntStats | undefined,
  ancestors: ReadonlySet<string>,
): Promise<void> {
  if (stats === undefined) {
    walk.leftOut.push(path.join('/'))
    return
  }
  const id = identity(stats)
  if (stats.isFile()) walk.files.push({ path, length: Number(stats.size) })
  else if (stats.isDirectory() && !ancestors.has(id)) await walkFolder(walk, path, new Set([...ancestors, id]))
  else walk.leftOut.push(path.join('/'))
}

function isUnwanted(options: ListOptions, name: string, path: readonly string[]): boolean {
  if (isStateName(name)) return true
  const isJunk = JUNK.has(name.toLowerCase()) || name.startsWith('._')
  if (isJunk) return options.junk !== true || options.exclude?.(path) === true
  if (name.startsWith('.') && options.hidden !== true) return true
  return options.exclude?.(path) === true
}

/** Sorted as bytes, and read as bytes too: a name that is not UTF-8 can not stand in a torrent. */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch((error: unknown) => {
    throw diskError(error, folder, 'read')
  })
  return names
    .sort((a, b) => Buffer.compare(a, b))
    .map(bytes => {
      const name = tryUtf8(bytes)
      if (name !== undefined) return name
      const shown = latin1(bytes)
      throw new BtError('INPUT_UNREADABLE', `the name "${shown}" in "${folder}" is not UTF-8; rename it`)
    })
}

async function lookAt(path: string, follow: boolean): Promise<BigIntStats> {
  try {
    return await look(path, follow ? 'follow' : 'stay')
  } catch (error) {
    throw diskError(error, path, 'read')
  }
}

function identity(stats: BigIntStats): string {
  return `${stats.dev}/${stats.ino}`
}
