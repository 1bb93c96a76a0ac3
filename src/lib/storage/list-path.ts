// The files below a path that a torrent is made from, and what there is besides and is left out.
import { readdir } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { latin1, tryUtf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { sortFiles, type SortKey } from '../metainfo/file-order.ts'
import { MAX_PATH_DEPTH } from '../metainfo/limits.ts'
import { look, lookAtOnce } from './descriptor.ts'
import { diskError } from './disk-error.ts'
import { unwantedName, type LeftOutReason } from './left-out.ts'
import { lookBehind } from './link-target.ts'

/** A file that was found. */
export interface ListedFile {
  /** Elements below the folder; the file's own name where the path is a file. */
  readonly path: readonly string[]
  /** Bytes. */
  readonly length: number
  /** Last change, milliseconds since 1970. */
  readonly mtimeMs: number
}

/** What was found and is not taken. */
export interface LeftOut {
  /** Relative to the root, `/` between the elements; of a folder, which all in it is left out with. */
  readonly path: string
  readonly reason: LeftOutReason
}

/** What was found at a path. */
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

/** Files that are looked at before all else may have its turn: by way of libuv's threads each would cost five times as much. */
const LOOKS_AT_ONCE = 64

const SUBSTITUTE = '\ufffd'

/** Links that are not left out, but lead to nothing that could be taken. */
const UNFOLLOWED = { nowhere: 'link', round: 'loop' } as const

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
  const stats = lookBehind(root)
  if (typeof stats === 'string') {
    throw new BtError('INPUT_UNREADABLE', `"${root}" is a symbolic link that leads ${stats}; mend it, or name a file`)
  }
  if (stats.isFile()) {
    const { size, mtimeMs } = stats
    return {
      root,
      name,
      singleFile: true,
      files: [{ path: [name], length: size, mtimeMs }],
      totalLength: size,
      leftOut: [],
    }
  }
  if (!stats.isDirectory()) {
    throw new BtError('INPUT_UNREADABLE', `"${root}" is neither a file nor a folder; name one of these`)
  }
  const walk: Walk = { root, options, files: [], leftOut: [] }
  await walkFolder(walk, [], new Set([await identity(root)]))
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
  for (const [index, name] of (await namesIn(folder)).entries()) {
    if (index % LOOKS_AT_ONCE === LOOKS_AT_ONCE - 1) await setImmediate()
    const element = [...path, name]
    const found = kindOf(walk, element)
    if (typeof found === 'string') leaveOut(walk, element, found)
    else if (found.isDirectory()) await enter(walk, element, ancestors)
    else visitFile(walk, element, found)
  }
}

/** What is there, or why it is left out. */
function kindOf(walk: Walk, path: readonly string[]): Stats | LeftOutReason {
  const { options, root } = walk
  const unwanted = unwantedName(path.at(-1) ?? '', options)
  if (unwanted !== undefined) return unwanted
  if (options.exclude?.(path) === true) return 'excluded'
  const full = join(root, ...path)
  if (full === options.except) return 'own'
  if (options.followLinks !== true) {
    const stats = lookAt(full)
    return stats.isSymbolicLink() ? 'link' : stats
  }
  const found = lookBehind(full)
  return typeof found === 'string' ? UNFOLLOWED[found] : found
}

async function enter(walk: Walk, path: readonly string[], ancestors: ReadonlySet<string>): Promise<void> {
  const id = await identity(join(walk.root, ...path))
  if (ancestors.has(id)) leaveOut(walk, path, 'loop')
  else await walkFolder(walk, path, new Set([...ancestors, id]))
}

function visitFile(walk: Walk, path: readonly string[], stats: Stats): void {
  if (!stats.isFile()) leaveOut(walk, path, 'special')
  else if (walk.options.include?.(path) === false) leaveOut(walk, path, 'not included')
  else walk.files.push({ path, length: stats.size, mtimeMs: stats.mtimeMs })
}

function leaveOut(walk: Walk, path: readonly string[], reason: LeftOutReason): void {
  walk.leftOut.push({ path: path.join('/'), reason })
}

/** Sorted. @throws BtError INPUT_UNREADABLE for a name that is not UTF-8, which can not stand in a torrent */
async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw diskError(error, folder, 'read')
  })
  // Bytes that are not UTF-8 became this, which may also be what the name is.
  if (names.some(name => name.includes(SUBSTITUTE))) await checkNames(folder)
  return names.sort()
}

async function checkNames(folder: string): Promise<void> {
  const wrong = (await readdir(folder, { encoding: 'buffer' })).find(name => tryUtf8(name) === undefined)
  if (wrong === undefined) return
  throw new BtError('INPUT_UNREADABLE', `the name "${latin1(wrong)}" in "${folder}" is not UTF-8; rename it`)
}

/** A link itself. */
function lookAt(path: string): Stats {
  try {
    return lookAtOnce(path, 'stay')
  } catch (error) {
    throw diskError(error, path, 'read')
  }
}

/** Of a folder, however it is reached. */
async function identity(folder: string): Promise<string> {
  const { dev, ino } = await look(folder, 'follow').catch((error: unknown) => {
    throw diskError(error, folder, 'read')
  })
  return `${dev}/${ino}`
}
