// Nothing is written below the root but through real folders: a symbolic link planted in the output leads nowhere. One that is
// put into the place of a folder after the look is noticed once a file is open (in-place.ts), before a byte is written; what it
// can lead elsewhere is a new folder or file without bytes.
import { mkdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { BtError } from '../base/errors.ts'
import { look } from './descriptor.ts'
import { diskError, errnoOf, symlinkRefused } from './disk-error.ts'

export class Folders {
  readonly root: string
  /** Looks under way, and those that begin when these are over. */
  readonly #running = new Map<string, Promise<void>>()
  readonly #next = new Map<string, Promise<void>>()

  /** @param root exists; where it leads is the user's choice */
  constructor(root: string) {
    this.root = root
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
    for (const folder of this.#between(path)) await checkFolder(folder)
  }

  /** From the outermost to `path`, without the root. */
  #between(path: string): string[] {
    const folders: string[] = []
    let folder = this.root
    for (const element of relative(this.root, path).split(sep)) {
      if (element === '') continue
      folder = join(folder, element)
      folders.push(folder)
    }
    return folders
  }
}

async function checkFolder(folder: string): Promise<void> {
  const stats = await look(folder, 'stay')
  if (stats.isSymbolicLink()) throw symlinkRefused(folder)
  if (!stats.isDirectory()) {
    throw new BtError('DISK_FAILED', `"${folder}" is not a folder; move it away or choose another place`)
  }
}
