// Where a torrent's files are on this machine. Every path lies inside `root`, and the names that bt adds for itself hold the
// info-hash, which no name inside the torrent can foresee.
import { lstat, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { hex, utf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { InfoHash } from '../base/ids.ts'
import type { FileEntry, Info } from '../metainfo/metainfo.ts'
import { diskError, isAbsent } from './disk-error.ts'
import { isStored } from './plan.ts'

/** Absolute paths. */
export interface Output {
  /** The folder of a multi-file torrent, or the one that a single file goes into. */
  readonly root: string
  /** By index of the torrent's files; padding has one too, and nothing is there. */
  readonly paths: readonly string[]
  /** The resume record, in the folder that the user named. */
  readonly resumePath: string
  /** Bytes of unselected files that share a piece with a selected one; see content-map.ts. */
  readonly partsPath: string
  /** Held while a process writes to this output, whatever the torrent. */
  readonly lockPath: string
}

/** Bytes of a file name on the common file systems. */
const MAX_NAME = 255
const LOCK_SUFFIX = '.bt-lock'
const RESUME_SUFFIX = '.bt-resume'
const PARTS_SUFFIX = '.bt-parts'
/** Of a file that is being copied. */
export const COPY_SUFFIX = '.bt-copy'

/** Files looked at to tell a torrent's own folder from the one that holds it. */
const FILES_TO_LOOK_FOR = 64

/**
 * Where a download goes. A single file goes to `out`, or into it by the torrent's name where it is a folder or ends in a
 * slash; the folder of a multi-file torrent is `out` itself. Without `out`: the torrent's name in `cwd`.
 * @throws BtError DISK_* where `out` can not be looked at
 */
export async function resolveOutput(info: Info, out: string | undefined, cwd: string): Promise<Output> {
  const output = await placeOutput(info, out, cwd)
  const lock = output.lockPath.toLowerCase()
  if (output.paths.some(path => path.toLowerCase() === lock)) {
    const name = basename(output.lockPath)
    throw new BtError('UNSUPPORTED_TORRENT', `a file of "${info.name}" has the name of bt's own lock, ${name}`)
  }
  return output
}

async function placeOutput(info: Info, out: string | undefined, cwd: string): Promise<Output> {
  if (out === undefined) {
    const content = resolve(cwd, info.name)
    if (!info.singleFile) await refuseLink(content)
    return outputAt(info, content, resolve(cwd))
  }
  const path = resolve(cwd, out)
  if (!info.singleFile) return outputAt(info, path, path)
  if (endsInSlash(out) || (await isFolder(path))) return outputAt(info, join(path, info.name), path)
  return outputAt(info, path, dirname(path))
}

/**
 * The content that is there already, to seed or verify. `path` is the content itself (the file, or a multi-file torrent's
 * own folder) or the folder that holds it; without it, `cwd` is that folder. Files may be missing.
 * @throws BtError DISK_NOT_FOUND where nothing is at `path`
 */
export async function locateContent(info: Info, path: string | undefined, cwd: string): Promise<Output> {
  const given = resolve(cwd, path ?? '.')
  if (!(await exists(given))) {
    throw new BtError('DISK_NOT_FOUND', `nothing is at "${given}"; name the content of "${info.name}" or its folder`)
  }
  if (!(await isFolder(given))) return outputAt(info, given, dirname(given))
  const inside = join(given, info.name)
  if (info.singleFile) return outputAt(info, inside, given)
  const [here, below] = await Promise.all([countFiles(info, given), countFiles(info, inside)])
  const itself = here > below || (here === below && basename(given) === info.name && !(await isFolder(inside)))
  return itself ? outputAt(info, given, given) : outputAt(info, inside, given)
}

/** The content itself: the file, or the folder of a multi-file torrent. */
export function contentPath(info: Info, { root, paths }: Output): string {
  return info.singleFile ? (paths[0] ?? root) : root
}

/**
 * Where the resume record of a torrent may be while only its info-hash is known (a magnet link), the likeliest first; the
 * same `out` and `cwd` as for `resolveOutput`.
 */
export function resumeCandidates(hash: InfoHash, out: string | undefined, cwd: string): string[] {
  const path = resolve(cwd, out ?? '.')
  const folders = out === undefined || endsInSlash(out) ? [path] : [path, dirname(path)]
  return folders.map(folder => join(folder, stateName(hash, RESUME_SUFFIX)))
}

/** Whether a name is one that bt gives to its own files beside a download. */
export function isStateName(name: string): boolean {
  return (
    name.startsWith('.') &&
    [LOCK_SUFFIX, RESUME_SUFFIX, PARTS_SUFFIX, COPY_SUFFIX].some(suffix => name.endsWith(suffix))
  )
}

function outputAt(info: Info, content: string, stateFolder: string): Output {
  const root = info.singleFile ? dirname(content) : content
  const resumePath = join(stateFolder, stateName(info.infoHash, RESUME_SUFFIX))
  const partsPath = join(root, stateName(info.infoHash, PARTS_SUFFIX))
  const lockPath = join(root, lockName(info.singleFile ? basename(content) : ''))
  const paths = info.files.map(file => (info.singleFile ? content : inside(root, file)))
  return { root, paths, resumePath, partsPath, lockPath }
}

/** The metainfo parser has made the elements safe; a path that left the root all the same would be our own fault. */
function inside(root: string, file: FileEntry): string {
  const path = join(root, ...file.path)
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw new BtError('INTERNAL', `"${file.path.join('/')}" would lie outside "${root}"`)
  }
  return path
}

function stateName(hash: InfoHash, suffix: string): string {
  return `.${hex(hash)}${suffix}`
}

function lockName(file: string): string {
  const name = file === '' ? LOCK_SUFFIX : `.${file}${LOCK_SUFFIX}`
  return utf8(name).length <= MAX_NAME ? name : `.${hex(utf8(file)).slice(0, 2 * 100)}${LOCK_SUFFIX}`
}

/** The torrent chose this name, so that a link there is nobody's word for where it leads. */
async function refuseLink(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats?.isSymbolicLink() !== true) return
  throw new BtError('DISK_PERMISSION', `"${path}" is a symbolic link; to download to where it leads, name it with -o`, {
    details: { path },
  })
}

function endsInSlash(path: string): boolean {
  return path.endsWith('/') || path.endsWith(sep)
}

async function countFiles(info: Info, root: string): Promise<number> {
  const wanted = info.files.filter(file => isStored(file)).slice(0, FILES_TO_LOOK_FOR)
  const found = await Promise.all(wanted.map(file => exists(inside(root, file))))
  return found.filter(Boolean).length
}

async function exists(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined
}

async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path))?.isDirectory() === true
}

async function statOf(path: string): Promise<Awaited<ReturnType<typeof stat>> | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (isAbsent(error)) return undefined
    throw diskError(error, path, 'read')
  }
}
