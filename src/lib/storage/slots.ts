// The files on the disk that hold content, by number: the torrent's own, then the part file.
import { mapConcurrently } from './concurrently.ts'
import { ContentFile, type Slot } from './content-file.ts'
import { Folders } from './folders.ts'
import type { Hasher } from './hasher.ts'
import type { OpenFiles } from './open-files.ts'

/** Files flushed at the same time. */
const FLUSH_CONCURRENCY = 8

export interface SlotsOptions {
  readonly root: string
  readonly mode: 'read' | 'write'
  readonly openFiles: OpenFiles
  readonly slot: (number: number) => Slot
}

export class Slots {
  readonly #options: SlotsOptions
  readonly #folders: Folders
  /** Those that were used. */
  readonly #files = new Map<number, ContentFile>()
  /** Written to since they were last flushed. */
  readonly #dirty = new Set<ContentFile>()
  #flushed: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: SlotsOptions) {
    this.#options = options
    this.#folders = new Folders(options.root)
  }

  /** Fills the parts in order. @returns `missing` where the file is not there or ends before they are full */
  read(number: number, parts: readonly Uint8Array[], position: number): Promise<'read' | 'missing'> {
    return this.#file(number).read(parts, position)
  }

  /** SHA-1 of a stretch of the file. @returns `missing` where the file is not there or ends before it does */
  digest(number: number, position: number, length: number, hasher: Hasher): Promise<Uint8Array | 'missing'> {
    return this.#file(number).digest(position, length, hasher)
  }

  /** @throws BtError DISK_*, with part of it written */
  async write(number: number, data: Uint8Array, position: number): Promise<void> {
    const file = this.#file(number)
    await file.write(data, position)
    this.#dirty.add(file)
  }

  /** Gives a file that is known to be the torrent's its final size. */
  async fit(number: number): Promise<void> {
    const file = this.#file(number)
    await file.fit()
    this.#dirty.add(file)
  }

  /**
   * Flushes what every `write` that has resolved by now wrote. One flush runs at a time, or a second would take the first's
   * files for flushed too early; and after a failure all fail, because the system may have dropped the bytes and would say
   * nothing the next time.
   */
  async sync(): Promise<void> {
    this.#flushed = this.#flushed.then(() =>
      mapConcurrently(this.#dirty, FLUSH_CONCURRENCY, file => {
        this.#dirty.delete(file)
        return file.flush()
      }),
    )
    await this.#flushed
  }

  /** Waits for calls under way; later ones fail. */
  close(): Promise<void> {
    this.#closed = true
    return this.#options.openFiles.retire(Array.from(this.#files.values(), file => file.cached))
  }

  #file(number: number): ContentFile {
    let file = this.#files.get(number)
    if (file === undefined) {
      const { slot, mode, openFiles } = this.#options
      file = new ContentFile(slot(number), mode, openFiles, this.#folders)
      file.cached.retired = this.#closed
      this.#files.set(number, file)
    }
    return file
  }
}
