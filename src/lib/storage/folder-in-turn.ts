// The folder of the file whose turn it is, open and known to be in place. A file that is opened by way of it is in that very
// folder, whatever has come to its path meanwhile: as with openat(2), which Node has not. One look a folder does for all its
// files; Linux only, where proc(5) has a path for each open folder.
//
// The function is handed to threads as its own source text, so it must use nothing from outside itself but globals.
import type { InPlace } from './in-place.ts'

export interface FolderInTurn {
  /** By what path to open a file; undefined: by its own, and whether it is in place is to be seen once it is open. */
  through(path: string): string | undefined
  /** Once nothing is opened any more. */
  leave(): void
}

export function folderInTurn(isInPlace: InPlace): FolderInTurn {
  const fs = process.getBuiltinModule('node:fs')
  const paths = process.getBuiltinModule('node:path')
  let current: string | undefined
  let fd: number | undefined

  function leave(): void {
    if (fd !== undefined) fs.closeSync(fd)
    fd = undefined
    current = undefined
  }

  function enter(folder: string): void {
    leave()
    if (process.platform !== 'linux') return
    try {
      fd = fs.openSync(folder, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY)
      if (!isInPlace(folder, fd) || !fs.existsSync(`/proc/self/fd/${fd}`)) leave()
    } catch {
      leave() // who may write there may still not read
    }
    current = folder
  }

  return {
    through(path) {
      const folder = paths.dirname(path)
      if (folder !== current) enter(folder)
      return fd === undefined ? undefined : `/proc/self/fd/${fd}/${paths.basename(path)}`
    },
    leave,
  }
}
