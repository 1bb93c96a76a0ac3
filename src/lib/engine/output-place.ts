// Where results and logs go, if that is no file of a folder: a device, a pipe, a descriptor that the shell has handed over. These
// are written to as they stand. Nothing waits for somebody to open a pipe's other end, since no signal that Node handles would
// end that wait.
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  type Stats,
} from 'node:fs'
import { BtError } from '../base/errors.ts'
import { errnoOf } from '../storage/disk-error.ts'

const HANDED_OVER = /^\/(?:dev|proc\/self|proc\/thread-self)\/fd\/(\d+)$/
const DESCRIPTORS = '/proc/self/fd'
const STANDARD: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2 }

export interface OpenOutput {
  readonly descriptor: number
  close(): void
}

/** Whether a draft that is put into its place would be wrong. */
export function isWrittenInPlace(path: string): boolean {
  if (handedOver(path) !== undefined) return true
  const stats = look(() => statSync(path))
  return stats !== undefined && !stats.isFile() && !stats.isDirectory()
}

/** Whether nothing is lost by writing there: a pipe, a terminal, /dev/null; or what whoever started us has opened for that. */
export function losesNothing(path: string): boolean {
  if (handedOver(path) !== undefined) return true
  const stats = look(() => statSync(path))
  return stats !== undefined && (stats.isFIFO() || stats.isCharacterDevice())
}

/**
 * Opens what is there, or makes a file.
 * @param flags how, as in fs.open
 * @throws BtError DISK_FAILED for a pipe that nobody reads; else what the system said
 */
export function openOutput(path: string, flags: 'a' | 'w'): OpenOutput {
  const descriptor = handedOver(path)
  if (descriptor !== undefined && isOurs(descriptor)) {
    const message = `${path} is no descriptor that was handed over, but one of the program's own; name a file`
    throw new BtError('DISK_FAILED', message, { details: { path } })
  }
  // Opened anew it would have a place of its own in the file, and what is printed besides would be written over it.
  if (descriptor !== undefined && look(() => fstatSync(descriptor))?.isFile() === true) {
    return { descriptor, close: () => undefined }
  }
  const opened = look(() => statSync(path))?.isFIFO() === true ? openPipe(path, flags) : openSync(path, flags)
  return { descriptor: opened, close: () => closeSync(opened) }
}

function handedOver(path: string): number | undefined {
  const number = HANDED_OVER.exec(path)?.[1]
  return number === undefined ? STANDARD[path] : Number(number)
}

/**
 * Node has descriptors of its own, pipes to itself among them: it dies of what is written into these. Linux tells, where they
 * have no name, or their other end is open here too.
 */
function isOurs(descriptor: number): boolean {
  if (descriptor <= 2) return false
  const name = nameOf(descriptor)
  if (name?.startsWith('pipe:') !== true) return name?.startsWith('anon_inode:') === true
  return readdirSync(DESCRIPTORS).some(other => nameOf(other) === name && isRead(other))
}

function nameOf(descriptor: number | string): string | undefined {
  try {
    return readlinkSync(`${DESCRIPTORS}/${descriptor}`)
  } catch {
    return undefined
  }
}

/** proc(5): the flags that it was opened with, in octal. */
function isRead(descriptor: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1] ?? ''
  return (Number.parseInt(flags, 8) & constants.O_WRONLY) === 0
}

/** What can not be looked at fails when it is opened. */
function look(at: () => Stats): Stats | undefined {
  try {
    return at()
  } catch {
    return undefined
  }
}

function openPipe(path: string, flags: 'a' | 'w'): number {
  // Held until the pipe is open as it is to be used, where each write waits for room.
  const probe = openAtOnce(path)
  try {
    return openSync(path, flags)
  } finally {
    closeSync(probe)
  }
}

function openAtOnce(path: string): number {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (errnoOf(error) !== 'ENXIO') throw error
    throw new BtError('DISK_FAILED', `nobody reads the named pipe ${path}; have it read before, or name a file`, {
      cause: error,
      details: { path },
    })
  }
}
