// Reads and writes of the content by position, as files on the disk. In read-only mode nothing is ever made or changed.
// Which file holds which bytes is the `ContentMap`'s.
import type { SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { Bundles } from './bundles.ts'
import type { Kept } from './content-file.ts'
import { ContentMap, type ContentMapOptions } from './content-map.ts'
import { Disk } from './disk.ts'
import { FileChanges } from './file-changes.ts'
import { Folders } from './folders.ts'
import type { Hasher } from './hasher.ts'
import { acquireLock, type Lock } from './lock.ts'
import { Looks } from './looks.ts'
import type { Output } from './output.ts'
import { clear, lengthOf } from './parts.ts'
import { makeRoot, prepare } from './prepare.ts'
import { Slots } from './slots.ts'
import { placeFiles } from './survey.ts'
import { WholeFiles } from './whole-files.ts'

export interface StoreOptions extends ContentMapOptions {
  /** Shared with other torrents; by default its own. */
  readonly disk?: Disk
}

interface Opening {
  readonly disk: Disk
  readonly bundles: Bundles
  readonly map: ContentMap
  readonly written: Written | undefined
}

/** What is written to. */
interface Written {
  readonly folders: Folders
  readonly lock: Lock
  /** The root was made just now: none of the files is there. */
  readonly isNew: boolean
}

/** All calls may run at the same time. */
export class FileStore {
  readonly info: Pick<Info, 'name' | 'files' | 'totalLength'>
  readonly output: Output
  readonly mode: 'read' | 'write'
  /** What is on the disk, and what others have changed there. */
  readonly looks: Looks
  /** What is done to files besides reading and writing. */
  readonly whole: WholeFiles
  readonly #map: ContentMap
  readonly #slots: Slots
  readonly #lock: Lock | undefined
  readonly #ownDisk: Disk | undefined
  /** The files that should be empty are, or are being emptied. */
  #emptied: Promise<void> | undefined

  private constructor(options: StoreOptions, { disk, bundles, map, written }: Opening) {
    this.info = options.info
    this.output = options.output
    this.mode = options.mode
    this.#map = map
    this.#lock = written?.lock
    this.#ownDisk = options.disk === undefined ? disk : undefined
    const folders = written?.folders
    const changes = new FileChanges(map.partFile + 1)
    this.#slots = new Slots({ folders, openFiles: disk.files, bundles, changes, slot: number => map.slot(number) })
    this.looks = new Looks({ map, bundles, folders, changes, isNew: written?.isNew === true })
    this.whole = new WholeFiles({ map, slots: this.#slots, bundles, folders })
  }

  /**
   * Write mode takes the lock and makes folders, empty files and links; no byte that is there already is changed.
   * @throws BtError DISK_*; DISK_PERMISSION where another process writes to this output
   */
  static async open(options: StoreOptions): Promise<FileStore> {
    const { output, mode, disk = new Disk() } = options
    const written = mode === 'read' ? undefined : await lockOutput(output)
    const bundles = new Bundles(disk.threads, written?.folders.root)
    try {
      const places = await placeFiles({ ...options, isNew: written?.isNew === true }, bundles)
      if (written !== undefined) await prepare(options, places, { folders: written.folders, bundles })
      return new FileStore(options, { disk, bundles, map: new ContentMap(options, places), written })
    } catch (error) {
      await written?.lock.release().catch(() => undefined)
      throw error
    }
  }

  /**
   * `length` bytes of the content, in `into` (at its start) where given. Padding reads as zeros.
   * @returns `missing` where a file is not there or ends too early
   */
  async tryRead(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array | 'missing'> {
    if (into !== undefined && into.length < length) {
      throw new BtError('INTERNAL', `${length} bytes do not fit into a buffer of ${into.length}`)
    }
    this.#map.checkRange(offset, length)
    const data = into === undefined ? new Uint8Array(length) : into.subarray(0, length)
    return (await this.#fill(offset, length, [data])) === 'read' ? data : 'missing'
  }

  /**
   * Fills the parts, in order, with the bytes from `offset` of the content: one call to the system a file, however many
   * parts. Padding reads as zeros.
   * @throws MissingBytes where a file is missing or too short
   */
  async readScattered(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    const length = lengthOf(parts)
    this.#map.checkRange(offset, length)
    const outcome = await this.#fill(offset, length, parts)
    if (outcome !== 'read') throw this.#map.missing(outcome)
  }

  /**
   * SHA-1 of bytes that lie in one file, read by the hasher's threads.
   * @returns `spread` where they do not, or padding is among them; `missing` where the file is not there or ends too early
   */
  async digestInOneFile(offset: number, length: number, hasher: Hasher): Promise<Uint8Array | 'missing' | 'spread'> {
    this.#map.checkRange(offset, length)
    const [stretch] = this.#map.stretches(offset, length)
    return stretch?.length === length ? this.#slots.digest(stretch, hasher) : 'spread'
  }

  /** Writes verified bytes to the content, a whole piece at best. @throws BtError DISK_*, with part of it written */
  async write(offset: number, data: Uint8Array): Promise<void> {
    if (this.mode === 'read') throw new BtError('INTERNAL', 'a read-only store was asked to write')
    this.#map.checkRange(offset, data.length)
    await (this.#emptied ??= this.whole.fit(
      this.info.files.flatMap((file, index) => (file.length === 0 ? [index] : [])),
    ))
    await this.#slots.write(this.#map.stretches(offset, data.length), data)
  }

  /**
   * Writes a piece whose hash is right, by the thread that hashes it.
   * @returns `left` where it does not lie in one file that is open: nothing was done
   * @throws BtError DISK_*, with part of it written
   */
  async keep(offset: number, data: SharedBytes, hash: Uint8Array, hasher: Hasher): Promise<Kept> {
    this.#map.checkRange(offset, data.length)
    const [stretch] = this.#map.stretches(offset, data.length)
    return stretch?.length === data.length ? this.#slots.keep(stretch, data, hash, hasher) : 'left'
  }

  /** Writes to one of the torrent's own files, whatever its place in pieces. @throws BtError DISK_* */
  writeTo(file: number, position: number, data: Uint8Array): Promise<void> {
    return this.#slots.write([{ slot: file, position, length: data.length, at: 0 }], data)
  }

  /** Whether bytes of the range that the part file should hold are zeros there, as where nothing was ever written. */
  async isHole(offset: number, length: number): Promise<boolean> {
    const parts = this.#map.stretches(offset, length).filter(({ slot }) => slot === this.#map.partFile)
    for (const stretch of parts) {
      const data = new Uint8Array(stretch.length)
      await this.#slots.read([{ ...stretch, at: 0 }], [data])
      if (data.every(byte => byte === 0)) return true
    }
    return false
  }

  /** Flushes to the disk what every `write` that has resolved by now wrote. After a failure it fails for good. */
  sync(): Promise<void> {
    return this.#slots.sync()
  }

  /** Reads these bytes from the files that are at their paths now, not from those that were there before. */
  async reopen(offset: number, length: number): Promise<void> {
    await Promise.all(this.#map.stretches(offset, length).map(({ slot }) => this.#slots.forget(slot)))
  }

  /** Waits for calls under way; written bytes are with the system, flushed only by `sync`. */
  async close(): Promise<void> {
    try {
      await this.#slots.close()
    } finally {
      await this.#ownDisk?.close()
      await this.#lock?.release()
    }
  }

  /** `length` is that of all parts. What no file holds is cleared: they may hold earlier bytes. */
  async #fill(offset: number, length: number, parts: readonly Uint8Array[]): Promise<'read' | readonly number[]> {
    const stretches = this.#map.stretches(offset, length)
    let at = 0
    for (const stretch of stretches) {
      if (stretch.at > at) clear(parts, at, stretch.at)
      at = stretch.at + stretch.length
    }
    if (at < length) clear(parts, at, length)
    return this.#slots.read(stretches, parts)
  }
}

async function lockOutput({ root, lockPath }: Output): Promise<Written> {
  const isNew = (await makeRoot(root)) === 'made'
  const folders = new Folders(root)
  return { folders, lock: await acquireLock(lockPath), isNew }
}
