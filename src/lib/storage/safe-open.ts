// Nothing is opened for writing unless it is a regular file and every folder between the root and it is a real folder:
// a symbolic link planted in the output folder leads nowhere. (A program that swaps a folder for a link between the check
// and the opening has the user's own rights, and needs no such trick.)
import { constants } from 'node:fs'
import { lstat, mkdir, open, type FileHandle } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { BtError } from '../base/errors.ts'
import { diskError, errnoOf, symlinkRefused } from './disk-error.ts'

/** Without it, opening a pipe that stands in a file's place would wait for ever. Windows has neither flag. */
const NON_BLOCKING: number = constants.O_NONBLOCK ?? 0
const NO_FOLLOW: number = constants.O_NOFOLLOW ?? 0

/** Permissions before the umask. */
const FILE_MODE = 0o666
const EXECUTABLE_MODE = 0o777

/** For reading only; links are followed, since nothing can be harmed and only verified bytes leave. */
export async function openForRead(path: string): Promise<FileHandle> {
  return regular(await open(path, constants.O_RDONLY | NON_BLOCKING), path)
}

/** For reading and writing a file that exists. */
export async function openForWrite(root: string, path: string): Promise<FileHandle> {
  for (const folder of foldersBetween(root, dirname(path))) await checkFolder(folder)
  return openNoFollow(path, constants.O_RDWR, FILE_MODE)
}

/** For writing, made where it is missing together with its folders. `executable`: BEP 47 attr "x". */
export async function createFile(root: string, path: string, executable: boolean): Promise<FileHandle> {
  await makeFolders(root, dirname(path))
  return openNoFollow(path, constants.O_RDWR | constants.O_CREAT, executable ? EXECUTABLE_MODE : FILE_MODE)
}

/** Makes the folder and those between it and the root, which must exist. */
export async function makeFolders(root: string, path: string): Promise<void> {
  for (const folder of foldersBetween(root, path)) {
    try {
      await mkdir(folder)
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw diskError(error, folder, 'create')
      await checkFolder(folder)
    }
  }
}

async function checkFolder(folder: string): Promise<void> {
  const stats = await lstat(folder)
  if (stats.isSymbolicLink()) throw symlinkRefused(folder)
  if (!stats.isDirectory()) {
    throw new BtError('DISK_FAILED', `"${folder}" is not a folder; move it away or choose another place`)
  }
}

/** From the outermost to `path`, without the root itself: where that leads is the user's choice. */
function foldersBetween(root: string, path: string): string[] {
  const folders: string[] = []
  let folder = root
  for (const element of relative(root, path).split(sep)) {
    if (element === '') continue
    folder = join(folder, element)
    folders.push(folder)
  }
  return folders
}

async function openNoFollow(path: string, flags: number, mode: number): Promise<FileHandle> {
  if (NO_FOLLOW === 0) await refuseSymlink(path)
  return regular(await open(path, flags | NO_FOLLOW | NON_BLOCKING, mode), path)
}

async function refuseSymlink(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats?.isSymbolicLink() === true) throw symlinkRefused(path)
}

async function regular(handle: FileHandle, path: string): Promise<FileHandle> {
  const stats = await handle.stat()
  if (stats.isFile()) return handle
  await handle.close()
  throw new BtError('DISK_FAILED', `"${path}" is not a regular file; move it away or choose another place`)
}
