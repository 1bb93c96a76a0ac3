// Reads and writes of the content by position, as files on the disk. In read-only mode nothing is ever made or changed.
//
// With a selection, the bytes that unselected files share with a wanted piece must be kept, or the piece could not be
// verified after a restart. They go to a hidden part file, at their own offset in the content (so it is mostly one hole),
// rather than into the neighbours: a file then appears in the folder only if it was asked for. An unselected file that is
// there all the same, from an earlier selection, is used in place. The part file goes when nothing is left in it.
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { Info } from '../metainfo/metainfo.ts'
import { Bundles } from './bundles.ts'
import { mapConcurrently } from './concurrently.ts'
import type { Kept, Slot } from './content-file.ts'
import { Disk } from './disk.ts'
import { diskError } from './disk-error.ts'
import { FileChanges } from './file-changes.ts'
import { Folders } from './folders.ts'
import { findAll, LOOK_CONCURRENCY, stampOf } from './file-stamp.ts'
import { MissingBytes } from './missing.ts'
import type { Hasher } from './hasher.ts'
import { acquireLock, type Lock } from './lock.ts'
import type { Output } from './output.ts'
import { isLinked, makeOwnCopy } from './own-copy.ts'
import { clear, lengthOf } from './parts.ts'
import { makeRoot, prepare } from './prepare.ts'
import { Slots } from './slots.ts'
import { stretchesOf, type Stretch } from './stretches.ts'
import { placeFiles, surveyFiles, type Place, type Survey } from './survey.ts'

export interface StoreOptions {
  readonly info: Pick<Info, 'name' | 'files' | 'totalLength'>
  readonly output: Output
  /** `read`: nothing is created, changed or locked. */
  readonly mode: 'read' | 'write'
  /** Indices of the files to download; all by default. */
  readonly selected?: ReadonlySet<number>
  /** Shared with other torrents; by default its own. */
  readonly disk?: Disk
}

interface Opening {
  readonly disk: Disk
  readonly bundles: Bundles
  readonly places: readonly Place[]
  readonly written: Written | undefined
}

/** What is written to. */
interface Written {
  readonly folders: Folders
  readonly lock: Lock
}

/** All calls may run at the same time. */
export class FileStore {
  readonly info: Pick<Info, 'name' | 'files' | 'totalLength'>
  readonly output: Output
  readonly mode: 'read' | 'write'
  readonly #places: readonly Place[]
  readonly #selected: ReadonlySet<number> | undefined
  readonly #slots: Slots
  readonly #changes: FileChanges
  readonly #written: Written | undefined
  readonly #bundles: Bundles
  readonly #ownDisk: Disk | undefined
  /** The files that should be empty are, or are being emptied. */
  #emptied: Promise<void> | undefined

  private constructor(options: StoreOptions, { disk, bundles, places, written }: Opening) {
    this.info = options.info
    this.output = options.output
    this.mode = options.mode
    this.#places = places
    this.#selected = options.selected
    this.#written = written
    this.#bundles = bundles
    this.#ownDisk = options.disk === undefined ? disk : undefined
    // The part file comes after the torrent's own.
    this.#changes = new FileChanges(options.info.files.length + 1)
    this.#slots = new Slots({
      folders: written?.folders,
      openFiles: disk.files,
      bundles,
      changes: this.#changes,
      slot: number => this.#slot(number),
    })
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
      const places = await placeFiles(options, bundles)
      if (written !== undefined) await prepare(options, places, { folders: written.folders, bundles })
      return new FileStore(options, { disk, bundles, places, written })
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
    this.#checkRange(offset, length)
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
    this.#checkRange(offset, length)
    const outcome = await this.#fill(offset, length, parts)
    if (outcome !== 'read') throw this.#missing(outcome)
  }

  /**
   * SHA-1 of bytes that lie in one file, read by the hasher's threads.
   * @returns `spread` where they do not, or padding is among them; `missing` where the file is not there or ends too early
   */
  async digestInOneFile(offset: number, length: number, hasher: Hasher): Promise<Uint8Array | 'missing' | 'spread'> {
    this.#checkRange(offset, length)
    const [stretch] = this.#stretches(offset, length)
    return stretch?.length === length ? this.#slots.digest(stretch, hasher) : 'spread'
  }

  /** Writes verified bytes to the content, a whole piece at best. @throws BtError DISK_*, with part of it written */
  async write(offset: number, data: Uint8Array): Promise<void> {
    if (this.mode === 'read') throw new BtError('INTERNAL', 'a read-only store was asked to write')
    this.#checkRange(offset, data.length)
    await (this.#emptied ??= this.fit(this.info.files.flatMap((file, index) => (file.length === 0 ? [index] : []))))
    await this.#slots.write(this.#stretches(offset, data.length), data)
  }

  /**
   * Writes a piece whose hash is right, by the thread that hashes it.
   * @returns `left` where it does not lie in one file that is open: nothing was done
   * @throws BtError DISK_*, with part of it written
   */
  async keep(offset: number, data: SharedBytes, hash: Uint8Array, hasher: Hasher): Promise<Kept> {
    this.#checkRange(offset, data.length)
    const [stretch] = this.#stretches(offset, data.length)
    return stretch?.length === data.length ? this.#slots.keep(stretch, data, hash, hasher) : 'left'
  }

  /** Writes to one of the torrent's own files, whatever its place in pieces. @throws BtError DISK_* */
  writeTo(file: number, position: number, data: Uint8Array): Promise<void> {
    return this.#slots.write([{ slot: file, position, length: data.length, at: 0 }], data)
  }

  /** Whether bytes of the range that the part file should hold are zeros there, as where nothing was ever written. */
  async isHole(offset: number, length: number): Promise<boolean> {
    const parts = this.#stretches(offset, length).filter(({ slot }) => slot === this.info.files.length)
    for (const stretch of parts) {
      const data = new Uint8Array(stretch.length)
      await this.#slots.read([{ ...stretch, at: 0 }], [data])
      if (data.every(byte => byte === 0)) return true
    }
    return false
  }

  /**
   * Cuts those of the files that are too long, since what lies behind their end can not belong to the torrent. For files
   * that are verified, and empty ones once anything is. Unselected files keep their size. @throws BtError DISK_*
   */
  async fit(files: Iterable<number>): Promise<void> {
    const own = [...files].filter(index => this.#places[index] === 'own')
    const paths = own.map(index => this.output.paths[index] ?? '')
    const found = await findAll(paths, 'write', this.#bundles)
    await mapConcurrently(own, LOOK_CONCURRENCY, async (index, at) => {
      const { size = Infinity } = this.#slot(index)
      if ((stampOf(found[at] ?? 'nothing')?.size ?? 0) <= size) return
      await this.separate(index, 'kept')
      await this.#slots.fit(index)
    })
  }

  /** Takes away one of the torrent's own files, or the part file. @throws BtError DISK_* */
  async remove(slot: number): Promise<void> {
    const { path } = this.#slot(slot)
    this.#written?.folders.checkRoot()
    await this.#slots.forget(slot)
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
    const { path } = this.#slot(slot)
    if (!(await isLinked(path))) return
    if (content === 'dropped') return this.remove(slot)
    await this.#written?.folders.check(dirname(path))
    await this.#slots.forget(slot)
    await makeOwnCopy(path, signal)
  }

  /** Flushes to the disk what every `write` that has resolved by now wrote. After a failure it fails for good. */
  sync(): Promise<void> {
    return this.#slots.sync()
  }

  /**
   * What is on the disk now. The first one comes before anything is verified: later changes are seen as such.
   * @throws BtError DISK_*; DISK_PERMISSION where these would be the files of another folder than those that were written
   */
  async survey(): Promise<Survey> {
    const survey = await surveyFiles(this, this.#places, this.#bundles)
    this.#written?.folders.checkRoot()
    for (const [index, { stamp }] of survey.files.entries()) if (stamp !== undefined) this.#changes.expect(index, stamp)
    if (survey.parts !== undefined) this.#changes.expect(this.info.files.length, survey.parts)
    return survey
  }

  /** Whether others have changed files since they were looked at or written last counts in `changes` from now on. */
  async lookAgain(): Promise<Survey> {
    const seen = this.#changes.seenLater()
    const survey = await this.survey()
    for (const [index, { stamp }] of survey.files.entries()) if (stamp !== undefined) seen(index, stamp)
    if (survey.parts !== undefined) seen(this.info.files.length, survey.parts)
    return survey
  }

  /** What is on the disk now, as far as it is ours: a file that others have changed at any time is as if it were not there. */
  async surveyOwn(): Promise<Survey> {
    const { files, parts } = await this.lookAgain()
    const own = <S>(slot: number, stamp: S): S | undefined => (this.#changes.of(slot) > 0 ? undefined : stamp)
    return {
      files: files.map((file, index) => ({ ...file, stamp: own(index, file.stamp) })),
      parts: own(files.length, parts),
    }
  }

  /** How often others have changed files of the torrent, as far as reads have noticed. */
  get changes(): number {
    return this.#changes.total
  }

  /** The same of the files that hold these bytes, and the path of one that was changed. */
  changesIn(offset: number, length: number): { readonly count: number; readonly path: string } {
    let count = 0
    let path = ''
    for (const { slot } of this.#stretches(offset, length)) {
      const changes = this.#changes.of(slot)
      if (changes > 0) ({ path } = this.#slot(slot))
      count += changes
    }
    return { count, path }
  }

  /** How the files that hold these bytes are at their paths now; undefined where one is missing. @throws BtError DISK_* */
  async stampText(offset: number, length: number): Promise<string | undefined> {
    const paths = this.#stretches(offset, length).map(({ slot }) => this.#slot(slot).path)
    const stamps = (await findAll(paths, this.mode, this.#bundles)).map(stampOf)
    if (stamps.includes(undefined)) return undefined
    return stamps.map(stamp => `${stamp?.size} ${stamp?.mtimeNs} ${stamp?.ctimeNs}`).join('\n')
  }

  /** Reads these bytes from the files that are at their paths now, not from those that were there before. */
  async reopen(offset: number, length: number): Promise<void> {
    await Promise.all(this.#stretches(offset, length).map(({ slot }) => this.#slots.forget(slot)))
  }

  /** Waits for calls under way; written bytes are with the system, flushed only by `sync`. */
  async close(): Promise<void> {
    try {
      await this.#slots.close()
    } finally {
      await this.#ownDisk?.close()
      await this.#written?.lock.release()
    }
  }

  #slot(number: number): Slot {
    const file = this.info.files[number]
    if (file === undefined) return { number, path: this.output.partsPath, size: undefined, executable: false }
    const size = this.#selected?.has(number) === false ? undefined : file.length
    return { number, path: this.output.paths[number] ?? '', size, executable: file.executable === true }
  }

  /** `length` is that of all parts. What no file holds is cleared: they may hold earlier bytes. */
  async #fill(offset: number, length: number, parts: readonly Uint8Array[]): Promise<'read' | readonly number[]> {
    const stretches = this.#stretches(offset, length)
    let at = 0
    for (const stretch of stretches) {
      if (stretch.at > at) clear(parts, at, stretch.at)
      at = stretch.at + stretch.length
    }
    if (at < length) clear(parts, at, length)
    return this.#slots.read(stretches, parts)
  }

  #stretches(offset: number, length: number): Stretch[] {
    return stretchesOf(this.info.files, this.#places, { offset, length })
  }

  #missing(slots: readonly number[]): MissingBytes {
    const { files } = this.info
    const gone = new Set(slots)
    const paths = [...gone].sort((a, b) => a - b).map(slot => this.#slot(slot).path)
    const inGone = (file: number): boolean => gone.has(this.#places[file] === 'parts' ? files.length : file)
    return new MissingBytes(paths, this.mode === 'read' ? [] : files.filter((_, file) => inGone(file)))
  }

  #checkRange(offset: number, length: number): void {
    const { name, totalLength } = this.info
    if (offset >= 0 && length >= 0 && offset + length <= totalLength) return
    throw new BtError('INTERNAL', `${length} bytes from ${offset} are outside the ${totalLength} bytes of "${name}"`)
  }
}

async function lockOutput({ root, lockPath }: Output): Promise<Written> {
  await makeRoot(root)
  const folders = new Folders(root)
  return { folders, lock: await acquireLock(lockPath) }
}
