// What the operating system says about a file, as a BtError that names the path and what to do about it.
import { BtError, messageOf } from '../base/errors.ts'

/** Characters of a path that is no path. */
const MAX_SHOWN = 100
const READING: ReadonlySet<string> = new Set(['read', 'look at'])

/** A failed call on `path`; `doing` is the verb of the message ("read", "write", "create"). A BtError passes unchanged. */
export function diskError(error: unknown, path: string, doing: string): BtError {
  if (error instanceof BtError) return error
  const code = errnoOf(error)
  const options = { cause: error, details: { path, errno: code ?? '' } }
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new BtError(
        'DISK_FULL',
        `no room to ${doing} "${path}"; free some and run the same command again`,
        options,
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new BtError(
        'DISK_PERMISSION',
        `not allowed to ${doing} "${path}" (${code}); change its permissions or choose another place`,
        options,
      )
    case 'ENOENT':
      return new BtError(
        'DISK_NOT_FOUND',
        isGarbled(path)
          ? `can not ${doing} "${path}": its name is not UTF-8, so that it can not be found; rename it`
          : `can not ${doing} "${path}": it does not exist; check the path`,
        options,
      )
    case 'EISDIR':
      return new BtError(
        'DISK_FAILED',
        `can not ${doing} "${path}": a folder of that name is there; move it away or choose another place`,
        options,
      )
    case 'ELOOP':
      // Only what is written to is opened without following links.
      return READING.has(doing) ? leadsRound(path, options) : symlinkRefused(path, error)
    case 'EFBIG':
      return new BtError(
        'DISK_FAILED',
        `can not ${doing} "${path}": this file system holds no files that large; choose another place`,
        options,
      )
    case 'EMFILE':
    case 'ENFILE':
      return new BtError(
        'DISK_FAILED',
        `can not ${doing} "${path}": too many files are open (${code}); allow more with ulimit -n`,
        options,
      )
    case 'ENOTDIR':
      return new BtError(
        'DISK_FAILED',
        `can not ${doing} "${path}": what should be a folder on the way there is a file; check the path`,
        options,
      )
    case 'ENAMETOOLONG':
      return new BtError(
        'DISK_FAILED',
        `can not ${doing} "${brief(path)}": no file has a name that long; choose a shorter one`,
        options,
      )
    case undefined:
    default:
      return new BtError('DISK_FAILED', `can not ${doing} "${path}": ${messageOf(error)}; check the disk`, options)
  }
}

/** Node puts U+FFFD in place of bytes that are no UTF-8, and no file is found by the name that comes of it. */
export function isGarbled(path: string): boolean {
  return path.includes('\ufffd')
}

/** Something else may have been meant, of any length, such as a magnet link with a letter too few. */
function brief(path: string): string {
  return path.length > MAX_SHOWN ? `${path.slice(0, MAX_SHOWN)}…` : path
}

function leadsRound(
  path: string,
  options: { readonly cause: unknown; readonly details: Readonly<Record<string, string>> },
): BtError {
  return new BtError('DISK_FAILED', `"${path}" leads round from one symbolic link to the next; mend the link`, options)
}

/** A symbolic link stands where a file or folder of the torrent belongs: it may have been planted to lead elsewhere. */
export function symlinkRefused(path: string, cause?: unknown): BtError {
  return new BtError(
    'DISK_PERMISSION',
    `"${path}" is a symbolic link, and bt does not write through one; remove it or choose another place`,
    { cause, details: { path } },
  )
}

/** The error's name in <errno.h>, such as ENOENT. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Whether the error says that the process, or the system, has no descriptor left. */
export function isOutOfDescriptors(error: unknown): boolean {
  const code = errnoOf(error)
  return code === 'EMFILE' || code === 'ENFILE'
}

/** Whether the error says that the system does not allow it. */
export function isForbidden(error: unknown): boolean {
  const code = errnoOf(error)
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
}

/** Whether the error says that nothing is at the path. */
export function isAbsent(error: unknown): boolean {
  const code = errnoOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}
