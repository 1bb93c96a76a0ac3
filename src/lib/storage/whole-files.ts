// What is done to files as a whole, besides their bytes: what is too long is cut, what has other names gets one of its own,
// and what is in the way goes. Each is let go of before another file, or none, is at its path.
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Bundles } from './bundles.ts'
import { mapConcurrently } from './concurrently.ts'
import type { ContentMap } from './content-map.ts'
import { diskError } from './disk-error.ts'
import { findAll, LOOK_CONCURRENCY, stampOf } from './file-stamp.ts'
import type { Folders } from './folders.ts'
import { COPY_SUFFIX } from './output.ts'
import { isLinked, makeOwnCopy } from './own-copy.ts'
import type { Slots } from './slots.ts'

export interface WholeFilesOptions {
  readonly map: ContentMap
  readonly slots: Slots
  readonly bundles: Bundles
  /** That are written to; undefined where nothing is. */
  readonly folders: Folders | undefined
}

export class WholeFiles {
  readonly #options: WholeFilesOptions

  constructor(options: WholeFilesOptions) {
    this.#options = options
  }

  /**
   * Cuts those of the files that are too long, since what lies behind their end can not belong to the torrent. For files
   * that are verified, and empty ones once anything is. Unselected files keep their size. @throws BtError DISK_*
   */
  async fit(files: Iterable<number>): Promise<void> {
    const { map, slots, bundles } = this.#options
    const own = [...files].filter(index => map.places[index] === 'own')
    const paths = own.map(index => map.output.paths[index] ?? '')
    const found = await findAll(paths, 'write', bundles)
    await mapConcurrently(own, LOOK_CONCURRENCY, async (index, at) => {
      const { size = Infinity } = map.slot(index)
      if ((stampOf(found[at] ?? 'nothing')?.size ?? 0) <= size) return
      await this.separate(index, 'kept')
      await slots.fit(index)
    })
  }

  /** Takes away one of the torrent's own files, or the part file. @throws BtError DISK_* */
  async remove(slot: number): Promise<void> {
    const { map, slots, folders } = this.#options
    const { path } = map.slot(slot)
    folders?.checkRoot()
    await slots.forget(slot)
    await rm(path, { force: true }).catch((error: unknown) => {
      throw diskError(error, path, 'remove')
    })
  }

  /**
   * Gives a file that has other names too (hard links) to the torrent alone, before it is written to. Nobody may use it meanwhile.
   * @param content whether what is in it is of use; `dropped`: no file is there then
   * @throws BtError DISK_*; the signal's reason
   */
  async separate(slot: number, content: 'kept' | 'dropped', signal?: AbortSignal): Promise<void> {
    const { map, slots, folders } = this.#options
    const { path } = map.slot(slot)
    if (!(await isLinked(path))) return
    if (content === 'dropped') return this.remove(slot)
    await folders?.check(dirname(path))
    await slots.forget(slot)
    // Always the same, so that what a run left that was killed is in nobody's way; and no torrent can name a file by its own hash.
    const draft = `${basename(map.output.partsPath)}.${slot}${COPY_SUFFIX}`
    await makeOwnCopy(path, join(dirname(path), draft), signal)
  }
}
