// One file on the disk that holds content. Before its first byte is written it has its final size (with a hole where bytes
// are missing), or gets it by that very write.
import type { SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { exactStampOf, flushDescriptor, reading, setSize } from './descriptor.ts'
import { diskError, isAbsent, isForbidden } from './disk-error.ts'
import type { FileChanges } from './file-changes.ts'
import type { Folders } from './folders.ts'
import type { Hasher } from './hasher.ts'
import { CachedFile, type OpenFiles } from './open-files.ts'
import { readFully } from './positional.ts'
import { openForRead, openForWrite, openOrCreate, type Opened } from './safe-open.ts'
import type { PromptWrites } from './prompt-writes.ts'
import { WriteQueue } from './write-queue.ts'

export interface Slot {
  readonly number: number
  readonly path: string
  /** Bytes that the file must have in the end; undefined where it may have any. */
  readonly size: number | undefined
  readonly executable: boolean
}

/** What the files of a torrent share. */
export interface FileTools {
  readonly files: OpenFiles
  /** To write below; undefined: nothing is written. */
  readonly folders: Folders | undefined
  readonly prompt: PromptWrites
  readonly changes: FileChanges
}

/** `left`: nothing was done, it is to be hashed and written in the ordinary way. */
export type Kept = 'kept' | 'wrong' | 'left'

export class ContentFile {
  /** Its place among the open files. */
  readonly cached: CachedFile = new CachedFile()
  /** Made by us, or found: until a look tells that it is gone, one that is missing was taken away, and is not made again. */
  there = false
  readonly #slot: Slot
  readonly #files: OpenFiles
  readonly #folders: Folders | undefined
  readonly #prompt: PromptWrites
  readonly #changes: FileChanges
  #writes: WriteQueue | undefined
  /** Bytes, when it was opened last or since. */
  #size = 0
  /** A write covers all of it, so that it need not be sized before. */
  #whole = false

  constructor(slot: Slot, disk: FileTools) {
    this.#slot = slot
    this.#files = disk.files
    this.#folders = disk.folders
    this.#prompt = disk.prompt
    this.#changes = disk.changes
  }

  /** Fills the parts in order. @returns `missing` where the file is not there or ends before they are full */
  read(parts: readonly Uint8Array[], position: number): Promise<'read' | 'missing'> {
    return this.#look(fd => readFully(reading(fd), parts, position))
  }

  /** SHA-1 of a stretch of it. @returns `missing` where the file is not there or ends before it does */
  digest(position: number, length: number, hasher: Hasher): Promise<Uint8Array | 'missing'> {
    return this.#look(fd => hasher.digestFile({ fd, position, length }))
  }

  /** @throws BtError DISK_*, with part of it written */
  async write(data: Uint8Array, position: number): Promise<void> {
    this.#whole ||= position === 0 && data.length === this.#slot.size
    this.#writes ??= new WriteQueue(act =>
      this.#change(async fd => {
        if (!this.#whole || this.#size > (this.#slot.size ?? Infinity)) await this.#fit(fd)
        await act(this.#prompt.to(fd))
      }),
    )
    try {
      await this.#writes.write(data, position)
    } catch (error) {
      // What we leave is known to be ours by its size.
      if (this.#whole) await this.#change(fd => this.#fit(fd)).catch(() => undefined)
      throw diskError(error, this.#slot.path, 'write')
    }
  }

  /**
   * Writes a piece whose hash is right, by the thread that hashes it.
   * @returns `left`: the file is not open, or not as large as it must be, and nothing was done
   * @throws BtError DISK_*, with part of it written
   */
  async keep(data: SharedBytes, position: number, hash: Uint8Array, hasher: Hasher): Promise<Kept> {
    if (this.cached.fd === undefined || this.#size !== this.#slot.size) return 'left'
    try {
      return await this.#change(fd => hasher.keep({ data, hash, fd, position }))
    } catch (error) {
      throw diskError(error, this.#slot.path, 'write')
    }
  }

  /** Gives a file that is known to be the torrent's its final size. */
  async fit(): Promise<void> {
    try {
      await this.#change(fd => this.#fit(fd))
    } catch (error) {
      throw diskError(error, this.#slot.path, 'write')
    }
  }

  /** Nothing is to be flushed where it was taken away: what was in it is lost, as whoever reads it is told. */
  async flush(): Promise<void> {
    try {
      await this.#files.use(this.cached, () => this.#opened('write'), flushDescriptor)
    } catch (error) {
      if (isAbsent(error)) return
      throw diskError(error, this.#slot.path, 'flush')
    }
  }

  async #look<T>(action: (fd: number) => Promise<T>): Promise<T | 'missing'> {
    try {
      return await this.#files.use(
        this.cached,
        () => this.#opened('write'),
        async fd => {
          const found = await action(fd)
          this.#changes.seen(this.#slot.number, exactStampOf(fd))
          return found
        },
      )
    } catch (error) {
      if (isAbsent(error)) {
        this.there = false
        return 'missing'
      }
      // A file that is written to is opened for both.
      throw diskError(error, this.#slot.path, this.#folders !== undefined && isForbidden(error) ? 'write' : 'read')
    }
  }

  /** What the action does to the file is our own doing, what was done to it before is not. */
  #change<T>(action: (fd: number) => Promise<T>): Promise<T> {
    const { number } = this.#slot
    const open = (): Promise<number> => this.#opened(this.there ? 'write' : 'create')
    return this.#files.use(this.cached, open, async fd => {
      const before = exactStampOf(fd)
      if (before.removed) throw removed(this.#slot.path)
      this.#changes.seen(number, before)
      this.#changes.writing(number)
      try {
        return await action(fd)
      } finally {
        this.#changes.written(number, exactStampOf(fd))
      }
    })
  }

  async #opened(how: 'write' | 'create'): Promise<number> {
    const { fd, size } = await this.#open(how)
    this.there = true
    this.#size = size
    return fd
  }

  #open(how: 'write' | 'create'): Promise<Opened> {
    const { path, executable } = this.#slot
    if (this.#folders === undefined) return openForRead(path)
    return how === 'write' ? openForWrite(this.#folders, path) : openOrCreate(this.#folders, path, executable)
  }

  async #fit(fd: number): Promise<void> {
    const { size } = this.#slot
    if (size === undefined || this.#size === size) return
    await setSize(fd, size)
    this.#size = size
  }
}

/** Whatever is written to it now is gone once it is closed. */
function removed(path: string): BtError {
  return new BtError(
    'DISK_NOT_FOUND',
    `can not write "${path}": it was removed meanwhile; the same command begins it anew`,
    {
      details: { path },
    },
  )
}
