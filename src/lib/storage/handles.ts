// At most `limit` idle files are open, and one in use is never closed under its user.
import type { FileHandle } from 'node:fs/promises'
import { BtError } from '../base/errors.ts'

interface Entry {
  readonly handle: Promise<FileHandle>
  users: number
}

/** Open files by a number, the least recently used closed first. */
export class HandleCache {
  readonly #limit: number
  readonly #open: (slot: number) => Promise<FileHandle>
  /** In order of use, the oldest first. */
  readonly #entries = new Map<number, Entry>()
  readonly #running = new Set<Promise<unknown>>()
  #closed = false

  constructor(limit: number, open: (slot: number) => Promise<FileHandle>) {
    this.#limit = limit
    this.#open = open
  }

  /** Files open now. */
  get size(): number {
    return this.#entries.size
  }

  /** Runs the action with the file open. @throws what opening or the action throws; INTERNAL after `close`. */
  async use<T>(slot: number, action: (handle: FileHandle) => Promise<T>): Promise<T> {
    if (this.#closed) throw new BtError('INTERNAL', 'the files of this torrent are closed already')
    const run = this.#run(slot, action)
    this.#running.add(run)
    try {
      return await run
    } finally {
      this.#running.delete(run)
    }
  }

  /** Waits for the actions under way, then closes every file. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.allSettled(this.#running)
    const entries = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(entries.map(async entry => (await entry.handle).close()))
  }

  async #run<T>(slot: number, action: (handle: FileHandle) => Promise<T>): Promise<T> {
    const entry = this.#take(slot)
    try {
      return await action(await this.#opened(slot, entry))
    } finally {
      entry.users--
      await this.#evict()
    }
  }

  #take(slot: number): Entry {
    const entry = this.#entries.get(slot) ?? { handle: this.#open(slot), users: 0 }
    this.#entries.delete(slot)
    this.#entries.set(slot, entry)
    entry.users++
    return entry
  }

  async #opened(slot: number, entry: Entry): Promise<FileHandle> {
    try {
      return await entry.handle
    } catch (error) {
      if (this.#entries.get(slot) === entry) this.#entries.delete(slot)
      throw error
    }
  }

  async #evict(): Promise<void> {
    for (const [slot, entry] of this.#entries) {
      if (this.#entries.size <= this.#limit) return
      if (entry.users > 0) continue
      this.#entries.delete(slot)
      await (await entry.handle).close()
    }
  }
}
