// At most `limit` files are open at any time, whatever the number of torrents; one in use is never closed under its user,
// and who finds no place waits until one is free. Where the system has no descriptor left, an unused file gives way as well.
import { setTimeout as delay } from 'node:timers/promises'
import { BtError } from '../base/errors.ts'
import { closeDescriptor } from './descriptor.ts'
import { isOutOfDescriptors } from './disk-error.ts'

/** Over all torrents of an engine. A process has 1,024 descriptors on most Linux systems, and sockets need theirs. */
const MAX_OPEN_FILES = 128

/** Milliseconds between attempts to open a file while the system has no descriptor left, and attempts. */
const RETRY_INTERVAL = 100
const MAX_ATTEMPTS = 300

/** What is known here of a file that may be open; whoever uses it keeps it. */
export class CachedFile {
  /** Defined while it is open. */
  fd: number | undefined
  opening: Promise<number> | undefined
  /** The last closing, over or not. */
  closing: Promise<void> | undefined
  users = 0
  lastUse = 0
  /** Its closing failed: what was written may be lost, so nobody may take it for flushed. */
  failure: Error | undefined
  retired = false
  onUnused: (() => void) | undefined
}

/** Open files, the one used longest ago closed first. A use costs no more than counting it; an eviction looks at all. */
export class OpenFiles {
  readonly #limit: number
  readonly #open = new Set<CachedFile>()
  /** Places that are taken: by files that are open, being opened or being closed. */
  #taken = 0
  #closing = 0
  #waiting: (() => void)[] = []
  #clock = 0

  /** @param limit 0: one at a time, and none stays open unused */
  constructor(limit: number = MAX_OPEN_FILES) {
    this.#limit = limit
  }

  /** Files open now, those that are being opened or closed included. */
  get size(): number {
    return this.#taken
  }

  /**
   * Runs the action with the file open, at the same time as others do. An action must use no other file.
   * @param open called where it is not open
   * @throws what opening or the action throws; INTERNAL once it is retired
   */
  async use<T>(file: CachedFile, open: () => Promise<number>, action: (fd: number) => Promise<T>): Promise<T> {
    if (file.retired) throw new BtError('INTERNAL', 'the files of this torrent are closed already')
    if (file.failure !== undefined) throw file.failure
    file.users++
    file.lastUse = ++this.#clock
    try {
      return await action(file.fd ?? (await this.#opened(file, open)))
    } finally {
      file.users--
      if (file.users === 0) this.#rest(file)
    }
  }

  /** Closes them for good, each as soon as those who use it are done. */
  async retire(files: Iterable<CachedFile>): Promise<void> {
    const closings: Promise<unknown>[] = []
    for (const file of files) {
      file.retired = true
      if (file.users > 0)
        closings.push(new Promise<void>(resolve => (file.onUnused = resolve)).then(() => file.closing))
      else if (file.fd === undefined) closings.push(file.closing ?? Promise.resolve())
      else closings.push(this.#close(file))
    }
    await Promise.all(closings)
  }

  /** A failure is only that of who met it: another may know how to make the file that is missing. */
  async #opened(file: CachedFile, open: () => Promise<number>): Promise<number> {
    while (file.fd === undefined && file.opening !== undefined) await file.opening.catch(() => undefined)
    if (file.fd !== undefined) return file.fd
    file.opening = this.#openNow(file, open)
    try {
      return await file.opening
    } finally {
      file.opening = undefined
    }
  }

  async #openNow(file: CachedFile, open: () => Promise<number>): Promise<number> {
    await this.#place()
    try {
      const fd = await this.#openPatiently(open)
      file.fd = fd
      this.#open.add(file)
      return fd
    } catch (error) {
      this.#giveBack()
      throw error
    }
  }

  /** Connections come and go, so that a descriptor is soon free. */
  async #openPatiently(open: () => Promise<number>): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await open()
      } catch (error) {
        if (!isOutOfDescriptors(error) || attempt === MAX_ATTEMPTS) throw error
        const oldest = this.#oldestUnused()
        await (oldest === undefined ? delay(RETRY_INTERVAL) : this.#close(oldest))
      }
    }
  }

  async #place(): Promise<void> {
    if (this.#taken < Math.max(1, this.#limit)) {
      this.#taken++
      return
    }
    const oldest = this.#waiting.length < this.#closing ? undefined : this.#oldestUnused()
    if (oldest !== undefined) void this.#close(oldest)
    await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  #giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#taken--
    else next()
  }

  #oldestUnused(): CachedFile | undefined {
    let oldest: CachedFile | undefined
    for (const file of this.#open) {
      if (file.users === 0 && (oldest === undefined || file.lastUse < oldest.lastUse)) oldest = file
    }
    return oldest
  }

  #rest(file: CachedFile): void {
    const spare = this.#waiting.length <= this.#closing && this.#taken <= this.#limit
    if (file.fd !== undefined && (file.retired || !spare)) void this.#close(file)
    file.onUnused?.()
  }

  #close(file: CachedFile): Promise<void> {
    file.closing = this.#closeNow(file, file.fd ?? -1)
    return file.closing
  }

  async #closeNow(file: CachedFile, fd: number): Promise<void> {
    file.fd = undefined
    this.#open.delete(file)
    this.#closing++
    try {
      await closeDescriptor(fd)
    } catch (error) {
      file.failure = error instanceof Error ? error : new Error(String(error))
    }
    this.#closing--
    this.#giveBack()
  }
}
