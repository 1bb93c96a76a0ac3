// The files below a path that a torrent is made from, and what there is besides and is left out.
import { readdir } from 'node:fs/promises'
import type { BigIntStats } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { latin1, tryUtf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { sortFiles, type SortKey } from '../metainfo/file-order.ts'
import { MAX_PATH_DEPTH } from '../metainfo/limits.ts'
import { mapConcurrently } from './concurrently.ts'
import { look } from './descriptor.ts'
import { diskError, isAbsent } from './disk-error.ts'
import { LOOK_CONCURRENCY } from './file-stamp.ts'
import { unwantedName, type LeftOutReason } from './left-out.ts'

export interface ListedFile {
  /** Elements below the folder; the file's own name where the path is a file. */
  readonly path: readonly string[]
  /** Bytes. */
  readonly length: number
}

export interface LeftOut {
  /** Relative to the root, `/` between the elements; of a folder, which all in it is left out with. */
  readonly path: string
  readonly reason: LeftOutReason
}

export interface Listing {
  /** Absolute. */
  readonly root: string
  readonly name: string
  readonly singleFile: boolean
  /** In the order of `sortFiles`. */
  readonly files: readonly ListedFile[]
  readonly totalLength: number
  readonly leftOut: readonly LeftOut[]
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
  /** The only files to take, of what is not left out anyway; all by default. */
  readonly include?: (path: readonly string[]) => boolean
  /** A file that is no part of the content wherever it lies: the torrent that is being made. Absolute. */
  readonly except?: string
  readonly order?: readonly SortKey[]
}

interface Walk {
  readonly root: string
  readonly options: ListOptions
  readonly files: ListedFile[]
  readonly leftOut: LeftOut[]
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
  const { leftOut } = walk
  const files = sortFiles(walk.files, options.order)
  return { root, name, singleFile: false, files, totalLength: files.reduce((sum, f) => sum + f.length, 0), leftOut }
}

/** `ancestors`: the folders around this one, so that a link to one of them does not lead round for ever. */
async function walkFolder(walk: Walk, path: readonly string[], ancestors: ReadonlySet<string>): Promise<void> {
  const folder = join(walk.root, ...path)
  if (path.length >= MAX_PATH_DEPTH) {
    throw new BtError('INPUT_UNREADABLE', `"${folder}" is deeper than ${MAX_PATH_DEPTH} folders`)
  }
  const names = await namesIn(folder)
  // All at once, since each waits for the disk; what they are is then told in their order.
  const found = await mapConcurrently(names, LOOK_CONCURRENCY, name => kindOf(walk, [...path, name]))
  for (const [index, name] of names.entries()) {
    const stats = found[index] ?? 'special'
    if (typeof stats === 'string') leaveOut(walk, [...path, name], stats)
    else await visit(walk, [...path, name], stats, ancestors)
  }
}

/** What is there, or why it is left out. */
async function kindOf(walk: Walk, path: readonly string[]): Promise<BigIntStats | LeftOutReason> {
  const { options, root } = walk
  const unwanted = unwantedName(path.at(-1) ?? '', options)
  if (unwanted !== undefined) return unwanted
  if (options.exclude?.(path) === true) return 'excluded'
  const full = join(root, ...path)
  if (full === options.except) return 'own'
  const stats = await lookAt(full, options.followLinks === true)
  return stats.isSymbolicLink() ? 'link' : stats
}

async function visit(
  walk: Walk,
  path: readonly string[],
  stats: BigIntStats,
  ancestors: ReadonlySet<string>,
): Promise<void> {
  const id = identity(stats)
  if (stats.isDirectory()) {
    if (ancestors.has(id)) leaveOut(walk, path, 'loop')
    else await walkFolder(walk, path, new Set([...ancestors, id]))
  } else if (!stats.isFile()) {
    leaveOut(walk, path, 'special')
  } else if (walk.options.include?.(path) === false) {
    leaveOut(walk, path, 'not included')
  } else {
    walk.files.push({ path, length: Number(stats.size) })
  }
}

function leaveOut(walk: Walk, path: readonly string[], reason: LeftOutReason): void {
  walk.leftOut.push({ path: path.join('/'), reason })
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

/** A link that leads nowhere is looked at itself. */
async function lookAt(path: string, follow: boolean): Promise<BigIntStats> {
  try {
    return await look(path, follow ? 'follow' : 'stay')
  } catch (error) {
    const link = follow && isAbsent(error) ? await look(path, 'stay').catch(() => undefined) : undefined
    if (link?.isSymbolicLink() === true) return link
    throw diskError(error, path, 'read')
  }
}

function identity(stats: BigIntStats): string {
  return `${stats.dev}/${stats.ino}`
}
