// The files on the disk that hold content, by number: the torrent's own, then the part file. A file that is written has
// its final size (with a hole where bytes are missing) before its first byte.
import type { FileHandle } from 'node:fs/promises'
import { mapConcurrently } from './concurrently.ts'
import { diskError, isAbsent } from './disk-error.ts'
import { HandleCache } from './handles.ts'
import { readFully } from './positional.ts'
import { createFile, openForRead, openForWrite } from './safe-open.ts'
import { WriteQueue } from './write-queue.ts'

/** Files flushed at the same time. */
const FLUSH_CONCURRENCY = 8

export interface Slot {
  readonly path: string
  /** Bytes that the file must have in the end; undefined where it may have any. */
  readonly size: number | undefined
  readonly executable: boolean
}

export class Slots {
  readonly #root: string
  readonly #mode: 'read' | 'write'
  readonly #slot: (number: number) => Slot
  readonly #handles: HandleCache
  /** Files made and sized, or being made. */
  readonly #made = new Map<number, Promise<void>>()
  readonly #writes = new Map<number, WriteQueue>()
  /** Written to since they were last flushed. */
  readonly #dirty = new Set<number>()
  #flushed: Promise<unknown> = Promise.resolve()

  constructor(root: string, mode: 'read' | 'write', maxOpen: number, slot: (number: number) => Slot) {
    this.#root = root
    this.#mode = mode
    this.#slot = slot
    this.#handles = new HandleCache(maxOpen, number => this.#open(number))
  }

  /** Fills the parts in order. @returns `missing` where the file is not there or ends before they are full */
  async read(number: number, parts: readonly Uint8Array[], position: number): Promise<'read' | 'missing'> {
    try {
      return await this.#handles.use(number, handle => readFully(handle, parts, position))
    } catch (error) {
      if (isAbsent(error)) return 'missing'
      throw diskError(error, this.#slot(number).path, 'read')
    }
  }

  async write(number: number, data: Uint8Array, position: number): Promise<void> {
    try {
      await this.#make(number)
      await this.#queue(number).write(data, position)
      this.#dirty.add(number)
    } catch (error) {
      throw diskError(error, this.#slot(number).path, 'write')
    }
  }

  /** Gives a file that is known to be the torrent's its final size. */
  async fit(number: number): Promise<void> {
    try {
      await this.#make(number)
      this.#dirty.add(number)
    } catch (error) {
      throw diskError(error, this.#slot(number).path, 'write')
    }
  }

  /**
   * Flushes what every `write` that has resolved by now wrote. One flush runs at a time, or a second would take the first's
   * files for flushed too early; and after a failure all fail, because the system may have dropped the bytes and would say
   * nothing the next time.
   */
  async sync(): Promise<void> {
    this.#flushed = this.#flushed.then(() => mapConcurrently(this.#dirty, FLUSH_CONCURRENCY, n => this.#flush(n)))
    await this.#flushed
  }

  /** Waits for calls under way. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#made.values())
    await this.#handles.close()
  }

  async #flush(number: number): Promise<void> {
    this.#dirty.delete(number)
    try {
      await this.#handles.use(number, handle => handle.sync())
    } catch (error) {
      throw diskError(error, this.#slot(number).path, 'flush')
    }
  }

  #queue(number: number): WriteQueue {
    let queue = this.#writes.get(number)
    if (queue === undefined) {
      queue = new WriteQueue(action => this.#handles.use(number, action))
      this.#writes.set(number, queue)
    }
    return queue
  }

  /** Once for each file. */
  #make(number: number): Promise<void> {
    const known = this.#made.get(number)
    if (known !== undefined) return known
    const making = this.#makeNow(number)
    this.#made.set(number, making)
    making.catch(() => this.#made.delete(number))
    return making
  }

  async #makeNow(number: number): Promise<void> {
    const { path, size, executable } = this.#slot(number)
    const handle = await createFile(this.#root, path, executable)
    try {
      if (size !== undefined && (await handle.stat()).size !== size) await handle.truncate(size)
    } finally {
      await handle.close()
    }
  }

  #open(number: number): Promise<FileHandle> {
    const { path } = this.#slot(number)
    return this.#mode === 'read' ? openForRead(path) : openForWrite(this.#root, path)
  }
}
