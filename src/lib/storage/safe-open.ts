// Nothing is opened unless it is a regular file, and nothing for writing through a symbolic link, planted before the opening or
// in the midst of it.
import { constants } from 'node:fs'
import { dirname } from 'node:path'
import { BtError } from '../base/errors.ts'
import { closeDescriptor, describe, look, openDescriptor } from './descriptor.ts'
import { isAbsent, symlinkRefused } from './disk-error.ts'
import type { Folders } from './folders.ts'

export interface Opened {
  readonly fd: number
  /** Bytes, when it was opened. */
  readonly size: number
}

/** Without it, opening a pipe that stands in a file's place would wait for ever. Windows has neither flag. */
const NON_BLOCKING: number = constants.O_NONBLOCK ?? 0
const NO_FOLLOW: number = constants.O_NOFOLLOW ?? 0

/** Permissions before the umask. */
const FILE_MODE = 0o666
const EXECUTABLE_MODE = 0o777

/** For reading only; links are followed, since nothing can be harmed and only verified bytes leave. */
export async function openForRead(path: string): Promise<Opened> {
  return regular(await openDescriptor(path, constants.O_RDONLY | NON_BLOCKING), path)
}

/** For reading and writing a file that exists. */
export async function openForWrite(folders: Folders, path: string): Promise<Opened> {
  await folders.check(dirname(path))
  return openNoFollow(folders, path, constants.O_RDWR, FILE_MODE)
}

/** For writing, made where it is missing together with its folders. `executable`: BEP 47 attr "x". */
export async function openOrCreate(folders: Folders, path: string, executable: boolean): Promise<Opened> {
  try {
    await folders.check(dirname(path))
  } catch (error) {
    if (!isAbsent(error)) throw error
    await folders.make(dirname(path))
  }
  return openNoFollow(folders, path, constants.O_RDWR | constants.O_CREAT, executable ? EXECUTABLE_MODE : FILE_MODE)
}

async function openNoFollow(folders: Folders, path: string, flags: number, mode: number): Promise<Opened> {
  if (NO_FOLLOW === 0) await refuseSymlink(path)
  const opened = await regular(await openDescriptor(path, flags | NO_FOLLOW | NON_BLOCKING, mode), path)
  try {
    folders.checkOpened(path, opened.fd)
    return opened
  } catch (error) {
    await closeDescriptor(opened.fd)
    throw error
  }
}

async function refuseSymlink(path: string): Promise<void> {
  const stats = await look(path, 'stay').catch(() => undefined)
  if (stats?.isSymbolicLink() === true) throw symlinkRefused(path)
}

async function regular(fd: number, path: string): Promise<Opened> {
  const { regular, size } = describe(fd)
  if (regular) return { fd, size }
  await closeDescriptor(fd)
  throw new BtError('DISK_FAILED', `"${path}" is not a regular file; move it away or choose another place`)
}
