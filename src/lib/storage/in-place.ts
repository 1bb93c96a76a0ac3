// Whether what was opened lies where its path says, below the root and behind no symbolic link that came to be there after the
// last look. Node has no openat(2), so this is asked once the file is open and before a byte is written.
//
// The function is handed to threads as its own source text, so it must use nothing from outside itself but globals.

/** @param path below the root. @param fd what was opened by it */
export type InPlace = (path: string, fd: number) => boolean

/**
 * @param root exists; links on the way to it are the user's choice.
 * @returns for files opened in the next moments. On Linux it is certain; elsewhere it may take a file for one in place where a
 * link was put in the way and taken away again between three calls.
 */
export function inPlaceBelow(root: string): InPlace {
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

  /** In the same way as a file's, which need not be the path from here: the root may be in another mount namespace. */
  function pathOfRoot(): string {
    let fd: number | undefined
    try {
      fd = fs.openSync(root, fs.constants.O_RDONLY)
      return pathOf(fd) ?? fs.realpathSync.native(root)
    } catch {
      return fs.realpathSync.native(root) // who may write there may still not read
    } finally {
      if (fd !== undefined) fs.closeSync(fd)
    }
  }

  /** The file system's own name may differ from ours so (FAT, HFS+), and is the same place. */
  function folded(name: string): string {
    return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
  }

  function isBehindNoLink(path: string, fd: number): boolean {
    let folder = root
    for (const element of paths.relative(root, paths.dirname(path)).split(paths.sep)) {
      if (element === '') continue
      folder = paths.join(folder, element)
      if (!fs.lstatSync(folder).isDirectory()) return false
    }
    const [there, opened] = [fs.lstatSync(path), fs.fstatSync(fd)]
    return there.ino === opened.ino && there.dev === opened.dev
  }

  let base: string | undefined
  return (path, fd) => {
    const found = process.platform === 'linux' ? pathOf(fd) : undefined
    if (found === undefined) return isBehindNoLink(path, fd)
    base ??= pathOfRoot()
    const expected = paths.join(base, paths.relative(root, path))
    return found === expected || folded(found) === folded(expected)
  }
}
