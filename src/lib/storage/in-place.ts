// Whether what was opened lies where its path says: below the root, which is still the folder that it was at the start, and behind
// no symbolic link that came to be there after the last look. Node has no openat(2), so this is asked once the file is open
// and before a byte is written.
//
// The functions are handed to threads as their own source text, so each must use nothing from outside itself but globals.

/** A folder to write to. Links on the way to it are the user's choice, who made it before we began: none that comes later. */
export interface Root {
  readonly path: string
  /** Where it was when we began, all links resolved. */
  readonly place: string
}

/** @param path below the root. @param fd what was opened by it */
export type InPlace = (path: string, fd: number) => boolean

/**
 * Where a folder is now, all links resolved; in the way of an open file's, which need not be the path from here: it may be in
 * another mount namespace. @throws the system's error where it is not there
 */
export function placeOf(folder: string): string {
  const fs = process.getBuiltinModule('node:fs')
  let fd: number | undefined
  try {
    fd = fs.openSync(folder, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0))
    return fs.readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return fs.realpathSync.native(folder) // who may write there may still not read
  } finally {
    if (fd !== undefined) fs.closeSync(fd)
  }
}

/**
 * @returns for files opened in the next moments. On Linux it is certain; elsewhere it may take a file for one in place where a
 * link was put in the way and taken away again between three calls.
 */
export function inPlaceBelow({ path: root, place }: Root): InPlace {
  const fs = process.getBuiltinModule('node:fs')
  const paths = process.getBuiltinModule('node:path')

  /** proc(5): the path of an open file, all links resolved. */
  function pathOf(fd: number): string | undefined {
    try {
      return fs.readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return undefined
    }
  }

  /** The file system's own name may differ from ours so (FAT, HFS+), and is the same place. */
  function folded(name: string): string {
    return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
  }

  function isBehindNoLink(path: string, fd: number): boolean {
    if (fs.realpathSync.native(root) !== place) return false
    let folder = root
    for (const element of paths.relative(root, paths.dirname(path)).split(paths.sep)) {
      if (element === '') continue
      folder = paths.join(folder, element)
      if (!fs.lstatSync(folder).isDirectory()) return false
    }
    const [there, opened] = [fs.lstatSync(path), fs.fstatSync(fd)]
    return there.ino === opened.ino && there.dev === opened.dev
  }

  return (path, fd) => {
    const found = process.platform === 'linux' ? pathOf(fd) : undefined
    if (found === undefined) return isBehindNoLink(path, fd)
    const expected = paths.join(place, paths.relative(root, path))
    return found === expected || folded(found) === folded(expected)
  }
}
