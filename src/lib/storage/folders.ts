// Nothing is written below the root but through real folders: a symbolic link planted in the output leads nowhere, nor does one
// that comes into the place of the root itself, or on the way to it, after the start. One that is put into the place of a folder
// after the look is noticed once a file is open (in-place.ts), before a byte is written; what it can lead elsewhere is a new
// folder or file without bytes.
import { mkdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { BtError } from '../base/errors.ts'
import { look } from './descriptor.ts'
import { diskError, errnoOf, symlinkRefused } from './disk-error.ts'
import { inPlaceBelow, placeOf, type InPlace, type Root } from './in-place.ts'

export class Folders {
  readonly root: Root
  readonly #isInPlace: InPlace
  /** Looks under way, and those that begin when these are over. */
  readonly #running = new Map<string, Promise<void>>()
  readonly #next = new Map<string, Promise<void>>()

  /** @param root exists; where it leads now is the user's choice. @throws BtError DISK_* where it can not be looked at */
  constructor(root: string) {
    try {
      this.root = { path: root, place: placeOf(root) }
    } catch (error) {
      throw diskError(error, root, 'look at')
    }
    this.#isInPlace = inPlaceBelow(this.root)
  }

  /** What can not be found is for who is to use it. @throws BtError DISK_PERMISSION where the root leads elsewhere by now */
  checkRoot(): void {
    const { path, place } = this.root
    const now = placeNow(path)
    if (now === undefined || now === place) return
    throw new BtError(
      'DISK_PERMISSION',
      `"${path}" leads to "${now}" by now, and to "${place}" when the download began; put it back, and run the same command again`,
      { details: { path } },
    )
  }

  /** @throws BtError DISK_PERMISSION where the file, just opened by this path below the root, lies elsewhere */
  checkOpened(path: string, fd: number): void {
    if (this.#isBelow(path, fd)) return
    this.checkRoot()
    throw symlinkRefused(path)
  }

  /**
   * Looks at the folder and those between it and the root, after the call; those who ask at the same time share a look.
   * @throws BtError where one is a link or no folder; the system's error where it can not be looked at
   */
  check(path: string): Promise<void> {
    const running = this.#running.get(path)
    if (running === undefined) return this.#look(path)
    let next = this.#next.get(path)
    if (next === undefined) {
      next = running
        .catch(() => undefined)
        .then(() => {
          this.#next.delete(path)
          return this.#look(path)
        })
      this.#next.set(path, next)
    }
    return next
  }

  /** Makes the folder and those between it and the root. @throws BtError as `check`, DISK_* */
  async make(path: string): Promise<void> {
    this.checkRoot()
    for (const folder of this.#between(path)) {
      try {
        await mkdir(folder)
      } catch (error) {
        if (errnoOf(error) !== 'EEXIST') throw diskError(error, folder, 'create')
        await checkFolder(folder)
      }
    }
  }

  #look(path: string): Promise<void> {
    const looking = this.#checkAll(path).finally(() => this.#running.delete(path))
    this.#running.set(path, looking)
    return looking
  }

  async #checkAll(path: string): Promise<void> {
    this.checkRoot()
    for (const folder of this.#between(path)) await checkFolder(folder)
  }

  /** From the outermost to `path`, without the root. */
  #between(path: string): string[] {
    const folders: string[] = []
    let folder = this.root.path
    for (const element of relative(folder, path).split(sep)) {
      if (element === '') continue
      folder = join(folder, element)
      folders.push(folder)
    }
    return folders
  }

  /** What can not be found any more was taken away meanwhile, or is not below. */
  #isBelow(path: string, fd: number): boolean {
    try {
      return this.#isInPlace(path, fd)
    } catch {
      return false
    }
  }
}

function placeNow(folder: string): string | undefined {
  try {
    return placeOf(folder)
  } catch {
    return undefined
  }
}

async function checkFolder(folder: string): Promise<void> {
  const stats = await look(folder, 'stay')
  if (stats.isSymbolicLink()) throw symlinkRefused(folder)
  if (!stats.isDirectory()) {
    throw new BtError('DISK_FAILED', `"${folder}" is not a folder; move it away or choose another place`)
  }
}
