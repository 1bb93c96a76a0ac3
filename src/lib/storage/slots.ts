// The files on the disk that hold content, by number: the torrent's own, then the part file.
import type { SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { MIN_BUNDLE, SMALL_FILE, type Bundles, type NewPart } from './bundles.ts'
import { concurrently, mapConcurrently } from './concurrently.ts'
import { ContentFile, type FileTools, type Kept, type Slot } from './content-file.ts'
import type { FileChanges } from './file-changes.ts'
import type { Folders } from './folders.ts'
import type { ExactStamp } from './file-stamp.ts'
import type { Hasher } from './hasher.ts'
import type { OpenFiles } from './open-files.ts'
import { PromptWrites } from './prompt-writes.ts'
import { cut, put } from './parts.ts'
import type { Stretch } from './stretches.ts'

/** Files flushed at the same time. */
const FLUSH_CONCURRENCY = 8
/** Files of one call read or written at the same time: enough to keep the system's four threads (libuv) busy. */
const FILE_CONCURRENCY = 8

export interface SlotsOptions {
  /** To write below; undefined: nothing is written. */
  readonly folders: Folders | undefined
  readonly openFiles: OpenFiles
  readonly bundles: Bundles
  readonly changes: FileChanges
  readonly slot: (number: number) => Slot
}

interface SmallStretch extends Stretch, NewPart {}

export class Slots {
  readonly #options: SlotsOptions
  readonly #tools: FileTools
  /** Those that were used one by one. */
  readonly #files = new Map<number, ContentFile>()
  /** Written to since they were last flushed. */
  readonly #dirty = new Set<number>()
  /** Made by us, of those that were not used one by one: what is missing was taken away. */
  readonly #there = new Set<number>()
  #running = 0
  #onIdle: (() => void) | undefined
  #flushed: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: SlotsOptions) {
    this.#options = options
    const { folders, openFiles, changes } = options
    this.#tools = { files: openFiles, folders, prompt: new PromptWrites(), changes }
  }

  /**
   * Fills the parts, taken for one run of bytes, with stretches in ascending order.
   * @returns the numbers of files that are not there or end before their stretch does
   */
  read(stretches: readonly Stretch[], parts: readonly Uint8Array[]): Promise<'read' | readonly number[]> {
    return this.#call(() => this.#read(stretches, parts))
  }

  async #read(stretches: readonly Stretch[], parts: readonly Uint8Array[]): Promise<'read' | readonly number[]> {
    const { bundles, changes } = this.#options
    let missing: number[] | undefined
    const rest = await this.#bundled(stretches, small => {
      const fill = ({ at }: { at: number }, bytes: Uint8Array): void => put(bytes, parts, at)
      return bundles.read(small, fill, ({ slot }, stamp) => changes.seen(slot, stamp))
    })
    await inTurn(rest, async ({ slot, position, length, at }) => {
      const own = cut(parts, at, at + length)
      if ((await this.#file(slot).read(own, position)) === 'missing') (missing ??= []).push(slot)
    })
    return missing ?? 'read'
  }

  /** SHA-1 of a stretch of the file. @returns `missing` where the file is not there or ends before it does */
  digest({ slot, position, length }: Stretch, hasher: Hasher): Promise<Uint8Array | 'missing'> {
    return this.#call(() => this.#file(slot).digest(position, length, hasher))
  }

  /** @throws BtError DISK_*, with part of it written */
  write(stretches: readonly Stretch[], data: Uint8Array): Promise<void> {
    return this.#call(() => this.#write(stretches, data))
  }

  async #write(stretches: readonly Stretch[], data: Uint8Array): Promise<void> {
    const { bundles, changes } = this.#options
    const rest = await this.#bundled(stretches, async parts => {
      const turns = parts.map(({ slot }) => changes.writing(slot))
      const under = new Set(parts)
      const noted = (part: SmallStretch, stamp: ExactStamp, before: ExactStamp | undefined, index: number): void => {
        under.delete(part)
        changes.written(part.slot, stamp, before && { stamp: before, turn: turns[index] ?? 0 })
      }
      const left = await bundles.write(parts, data, noted).finally(() => {
        for (const { slot } of under) changes.written(slot, undefined)
      })
      const failed = new Set(left)
      for (const part of parts) if (!failed.has(part)) this.#written(part.slot)
      return left
    })
    await inTurn(rest, async ({ slot, position, length, at }) => {
      await this.#file(slot).write(data.subarray(at, at + length), position)
      this.#written(slot)
    })
  }

  /** Writes a piece whose hash is right, by the thread that hashes it. @returns `left`: nothing was done */
  keep({ slot, position }: Stretch, data: SharedBytes, hash: Uint8Array, hasher: Hasher): Promise<Kept> {
    return this.#call(async () => {
      const outcome = await this.#file(slot).keep(data, position, hash, hasher)
      if (outcome === 'kept') this.#written(slot)
      return outcome
    })
  }

  /** Gives a file that is known to be the torrent's its final size. */
  async fit(number: number): Promise<void> {
    await this.#call(() => this.#file(number).fit())
    this.#dirty.add(number)
  }

  /** Another file, or none, will be at its path: nothing more is done to the one that was. */
  async forget(number: number): Promise<void> {
    const file = this.#files.get(number)
    this.#files.delete(number)
    this.#there.delete(number)
    if (file !== undefined) await this.#options.openFiles.retire([file.cached])
  }

  /**
   * Flushes what every `write` that has resolved by now wrote. One flush runs at a time, or a second would take the first's
   * files for flushed too early; and after a failure all fail, because the system may have dropped the bytes and would say
   * nothing the next time.
   */
  async sync(): Promise<void> {
    this.#flushed = this.#flushed.then(() => this.#call(() => this.#flush()))
    await this.#flushed
  }

  /** Waits for calls under way; later ones fail. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#running > 0) await new Promise<void>(resolve => (this.#onIdle = resolve))
    await this.#options.openFiles.retire(Array.from(this.#files.values(), file => file.cached))
  }

  async #call<T>(action: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new BtError('INTERNAL', 'the files of this torrent are closed already')
    this.#running++
    try {
      return await action()
    } finally {
      this.#running--
      if (this.#running === 0) this.#onIdle?.()
    }
  }

  async #flush(): Promise<void> {
    const dirty = Array.from(this.#dirty, number => ({ number, path: this.#options.slot(number).path }))
    this.#dirty.clear()
    const closed = dirty.filter(({ number }) => this.#files.get(number)?.cached.fd === undefined)
    const open = dirty.filter(({ number }) => this.#files.get(number)?.cached.fd !== undefined)
    const rest = closed.length < MIN_BUNDLE ? closed : await this.#options.bundles.flush(closed)
    await mapConcurrently([...open, ...rest], FLUSH_CONCURRENCY, ({ number }) => this.#file(number).flush())
  }

  /** Does to small files what can be done to many at once. @returns what is to be done one by one */
  async #bundled(
    stretches: readonly Stretch[],
    act: (parts: readonly SmallStretch[]) => Promise<readonly Stretch[]>,
  ): Promise<readonly Stretch[]> {
    if (stretches.length < MIN_BUNDLE) return stretches
    const small: SmallStretch[] = []
    const others: Stretch[] = []
    for (const stretch of stretches) {
      const { path, size = Infinity, executable } = this.#options.slot(stretch.slot)
      if (size > SMALL_FILE || executable) others.push(stretch)
      else small.push(smallStretch(stretch, path, size, !this.#isThere(stretch.slot)))
    }
    if (small.length < MIN_BUNDLE) return stretches
    return [...others, ...(await act(small))]
  }

  #isThere(number: number): boolean {
    return this.#files.get(number)?.there ?? this.#there.has(number)
  }

  #written(number: number): void {
    const file = this.#files.get(number)
    if (file === undefined) this.#there.add(number)
    else file.there = true
    this.#dirty.add(number)
  }

  #file(number: number): ContentFile {
    let file = this.#files.get(number)
    if (file === undefined) {
      file = new ContentFile(this.#options.slot(number), this.#tools)
      file.there = this.#there.has(number)
      this.#files.set(number, file)
    }
    return file
  }
}

/** Not spread, which takes several times as long: there may be ten thousands. */
function smallStretch(
  { slot, position, length, at }: Stretch,
  path: string,
  size: number,
  create: boolean,
): SmallStretch {
  return { slot, position, length, at, path, size, create }
}

/** One is the common case. */
async function inTurn(stretches: readonly Stretch[], action: (stretch: Stretch) => Promise<void>): Promise<void> {
  const [first] = stretches
  if (stretches.length === 1 && first !== undefined) await action(first)
  else await concurrently(stretches, FILE_CONCURRENCY, () => action)
}
