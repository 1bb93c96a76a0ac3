// Reads and writes of the content by position, as files on the disk. In read-only mode nothing is ever made or changed.
//
// With a selection, the bytes that unselected files share with a wanted piece must be kept, or the piece could not be
// verified after a restart. They go to a hidden part file, at their own offset in the content (so it is mostly one hole),
// rather than into the neighbours: a file then appears in the folder only if it was asked for. An unselected file that is
// there all the same, from an earlier selection, is used in place. The part file goes when nothing is left in it.
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { concurrently, mapConcurrently } from './concurrently.ts'
import type { Slot } from './content-file.ts'
import type { Hasher } from './hasher.ts'
import { acquireLock, type Lock } from './lock.ts'
import { OpenFiles } from './open-files.ts'
import type { Output } from './output.ts'
import { isStored, spans, type Span } from './plan.ts'
import { makeRoot, prepare } from './prepare.ts'
import { Slots } from './slots.ts'
import { LOOK_CONCURRENCY, placeFiles, stampOf, surveyFiles, type Place, type Survey } from './survey.ts'

/** Files of one piece read or written at the same time: enough to keep the system's four threads (libuv) busy. */
const FILE_CONCURRENCY = 8

export interface StoreOptions {
  readonly info: Pick<Info, 'name' | 'files' | 'totalLength'>
  readonly output: Output
  /** `read`: nothing is created, changed or locked. */
  readonly mode: 'read' | 'write'
  /** Indices of the files to download; all by default. */
  readonly selected?: ReadonlySet<number>
  /** Where its files are opened, together with those of other torrents; by default on its own. */
  readonly openFiles?: OpenFiles
}

/** A file on the disk that holds content: one of the torrent's own, or the part file (the number after the last). */
interface Location {
  readonly slot: number
  readonly position: number
}

/** All calls may run at the same time. */
export class FileStore {
  readonly info: Pick<Info, 'name' | 'files' | 'totalLength'>
  readonly output: Output
  readonly mode: 'read' | 'write'
  readonly #places: readonly Place[]
  readonly #selected: ReadonlySet<number> | undefined
  readonly #slots: Slots
  readonly #lock: Lock | undefined
  /** The files that should be empty are, or are being emptied. */
  #emptied: Promise<void> | undefined

  private constructor(options: StoreOptions, places: readonly Place[], lock: Lock | undefined) {
    this.info = options.info
    this.output = options.output
    this.mode = options.mode
    this.#places = places
    this.#selected = options.selected
    this.#lock = lock
    this.#slots = new Slots({
      root: options.output.root,
      mode: options.mode,
      openFiles: options.openFiles ?? new OpenFiles(),
      slot: number => this.#slot(number),
    })
  }

  /**
   * Write mode takes the lock and makes folders, empty files and links; no byte that is there already is changed.
   * @throws BtError DISK_*; DISK_PERMISSION where another process writes to this output
   */
  static async open(options: StoreOptions): Promise<FileStore> {
    const { output, mode } = options
    if (mode === 'read') return new FileStore(options, await placeFiles(options), undefined)
    await makeRoot(output.root)
    const lock = await acquireLock(output.lockPath)
    try {
      const places = await placeFiles(options)
      await prepare(options, places)
      return new FileStore(options, places, lock)
    } catch (error) {
      await lock.release()
      throw error
    }
  }

  /** As `tryRead`. @throws BtError DISK_NOT_FOUND where a file is missing or too short */
  async read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array> {
    const data = await this.tryRead(offset, length, into)
    if (data !== 'missing') return data
    throw this.#missing(offset, length)
  }

  /**
   * `length` bytes of the content, in `into` (at its start) where given. Padding reads as zeros.
   * @returns `missing` where a file is not there or ends too early
   */
  async tryRead(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array | 'missing'> {
    if (into !== undefined && into.length < length) {
      throw new BtError('INTERNAL', `${length} bytes do not fit into a buffer of ${into.length}`)
    }
    this.#checkRange(offset, length)
    const data = into === undefined ? new Uint8Array(length) : into.subarray(0, length)
    return (await this.#fill(offset, length, [data])) === 'missing' ? 'missing' : data
  }

  /**
   * Fills the parts, in order, with the bytes from `offset` of the content: one call to the system a file, however many
   * parts. Padding reads as zeros.
   * @throws BtError DISK_NOT_FOUND where a file is missing or too short
   */
  async readScattered(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    this.#checkRange(offset, length)
    if ((await this.#fill(offset, length, parts)) === 'missing') throw this.#missing(offset, length)
  }

  /**
   * SHA-1 of bytes that lie in one file, read by the hasher's threads.
   * @returns `spread` where they do not, or padding is among them; `missing` where the file is not there or ends too early
   */
  async digestInOneFile(offset: number, length: number, hasher: Hasher): Promise<Uint8Array | 'missing' | 'spread'> {
    this.#checkRange(offset, length)
    const [span, ...others] = spans(this.info.files, offset, length)
    if (span === undefined || others.length > 0 || span.length < length || !this.#isStored(span)) return 'spread'
    const { slot, position } = this.#locate(span)
    return this.#slots.digest(slot, position, length, hasher)
  }

  /** Writes verified bytes to the content, a whole piece at best. @throws BtError DISK_*, with part of it written */
  async write(offset: number, data: Uint8Array): Promise<void> {
    if (this.mode === 'read') throw new BtError('INTERNAL', 'a read-only store was asked to write')
    this.#checkRange(offset, data.length)
    await (this.#emptied ??= this.fit(this.info.files.flatMap((file, index) => (file.length === 0 ? [index] : []))))
    await this.#eachStored(offset, data.length, span => {
      const { slot, position } = this.#locate(span)
      return this.#slots.write(slot, data.subarray(span.at, span.at + span.length), position)
    })
  }

  /**
   * Cuts those of the files that are too long, since what lies behind their end can not belong to the torrent. For files
   * that are verified, and empty ones once anything is. Unselected files keep their size. @throws BtError DISK_*
   */
  async fit(files: Iterable<number>): Promise<void> {
    await mapConcurrently(files, LOOK_CONCURRENCY, async index => {
      const { path, size } = this.#slot(index)
      if (this.#places[index] !== 'own' || size === undefined) return
      const stamp = await stampOf(path, 'write')
      if (stamp !== undefined && stamp.size > size) await this.#slots.fit(index)
    })
  }

  /** Flushes to the disk what every `write` that has resolved by now wrote. After a failure it fails for good. */
  sync(): Promise<void> {
    return this.#slots.sync()
  }

  /** What is on the disk now. */
  survey(): Promise<Survey> {
    return surveyFiles(this, this.#places)
  }

  /** Waits for calls under way; written bytes are with the system, flushed only by `sync`. */
  async close(): Promise<void> {
    try {
      await this.#slots.close()
    } finally {
      await this.#lock?.release()
    }
  }

  #locate(span: Span): Location {
    const start = this.info.files[span.file]?.offset ?? 0
    return this.#places[span.file] === 'parts'
      ? { slot: this.info.files.length, position: start + span.offset }
      : { slot: span.file, position: span.offset }
  }

  #isStored(span: Span): boolean {
    const file = this.info.files[span.file]
    return file !== undefined && isStored(file)
  }

  #slot(number: number): Slot {
    const file = this.info.files[number]
    if (file === undefined) return { path: this.output.partsPath, size: undefined, executable: false }
    const size = this.#selected?.has(number) === false ? undefined : file.length
    return { path: this.output.paths[number] ?? '', size, executable: file.executable === true }
  }

  /** `length` is that of all parts. What no file holds is cleared: they may hold earlier bytes. */
  async #fill(offset: number, length: number, parts: readonly Uint8Array[]): Promise<'read' | 'missing'> {
    let outcome: 'read' | 'missing' = 'read'
    let at = 0
    await this.#eachStored(offset, length, async span => {
      if (span.at > at) clear(cut(parts, at, span.at))
      at = span.at + span.length
      const { slot, position } = this.#locate(span)
      const own = span.length === length ? parts : cut(parts, span.at, at)
      if ((await this.#slots.read(slot, own, position)) === 'missing') outcome = 'missing'
    })
    if (at < length) clear(cut(parts, at, length))
    return outcome
  }

  /** Begins in the order of the content, with several files at the same time. */
  async #eachStored(offset: number, length: number, action: (span: Span) => Promise<void>): Promise<void> {
    const stored = spans(this.info.files, offset, length).filter(span => this.#isStored(span))
    const [first] = stored
    if (stored.length === 1 && first !== undefined) await action(first)
    else await concurrently(stored, FILE_CONCURRENCY, () => action)
  }

  #missing(offset: number, length: number): BtError {
    const slots = spans(this.info.files, offset, length).map(span => this.#slot(this.#locate(span).slot))
    const paths = [...new Set(slots.map(slot => `"${slot.path}"`))]
    return new BtError(
      'DISK_NOT_FOUND',
      `bytes are missing in ${paths.join(', ')}; verify the torrent to see what is there`,
    )
  }

  #checkRange(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > this.info.totalLength) {
      const range = `${length} bytes from ${offset}`
      throw new BtError('INTERNAL', `${range} are outside the ${this.info.totalLength} bytes of "${this.info.name}"`)
    }
  }
}

function clear(parts: readonly Uint8Array[]): void {
  for (const part of parts) part.fill(0)
}

/** Views of the bytes `from` to `to` (exclusive) of the parts, counted as if they were one. */
function cut(parts: readonly Uint8Array[], from: number, to: number): Uint8Array[] {
  const views: Uint8Array[] = []
  let start = 0
  for (const part of parts) {
    const end = start + part.length
    if (end > from && start < to)
      views.push(part.subarray(Math.max(0, from - start), Math.min(part.length, to - start)))
    start = end
  }
  return views
}
