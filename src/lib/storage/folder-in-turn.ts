// The folder of the file whose turn it is, open and known to be where its path says, behind no link. A file that is opened by way
// of it is in that very folder, whatever comes to its path in these moments: as with openat(2), which Node has not. One look does
// for some files; Linux only, where proc(5) has a path for each open folder.
//
// The function is handed to threads as its own source text, so it must use nothing from outside itself but globals.
import type { Root } from './in-place.ts'

export interface FolderInTurn {
  /** By what path to open a file; undefined: by its own, after a look at its folders, and at the file once it is open. */
  through(path: string): string | undefined
  /** Once nothing is opened any more. */
  leave(): void
}

export function folderInTurn({ path: root, place }: Root): FolderInTurn {
  const fs = process.getBuiltinModule('node:fs')
  const paths = process.getBuiltinModule('node:path')
  /** Files that are opened after one look: who moves the folder away meanwhile has no more of them go along. */
  const FILES_A_LOOK = 32
  let current: string | undefined
  let fd: number | undefined
  let files = 0

  function leave(): void {
    if (fd !== undefined) fs.closeSync(fd)
    fd = undefined
    current = undefined
  }

  /**
   * Links on the way are followed, so that none is there only where this is exactly the path. What differs from it as names of
   * some file systems do may be a link to another folder.
   */
  function isExactly(folder: string, fd: number): boolean {
    const found = fs.readlinkSync(`/proc/self/fd/${fd}`)
    return found === paths.join(place, paths.relative(root, folder)) && fs.existsSync(`/proc/self/fd/${fd}`)
  }

  function enter(folder: string): void {
    leave()
    files = 0
    if (process.platform !== 'linux') return
    try {
      fd = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY)
      if (!isExactly(folder, fd)) leave()
    } catch {
      leave() // who may write there may still not read
    }
    current = folder
  }

  return {
    through(path) {
      const folder = paths.dirname(path)
      if (folder !== current || files === FILES_A_LOOK) enter(folder)
      files++
      return fd === undefined ? undefined : `/proc/self/fd/${fd}/${paths.basename(path)}`
    },
    leave,
  }
}
