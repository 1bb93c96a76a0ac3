// The content of one session. It is opened once at most, when its info dictionary is known, and closed by whoever stops
// the session; what was found when it was opened is looked at once more before the whole counts as complete.
import { BtError } from '../base/errors.ts'
import type { Bitfield } from '../base/bitfield.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { EngineContext } from './context.ts'
import type { OpenStorage, Run, Storage, StorageRequest } from './storage.ts'

export interface SessionContentOptions {
  readonly context: Pick<EngineContext, 'disk' | 'hasher'>
  /** Undefined: only the metadata is wanted, and nothing is opened. */
  readonly storage: OpenStorage | undefined
  /** Aborted once the session stops: nothing is opened any more, and no failure is told. */
  readonly signal: AbortSignal
  readonly report: Pick<StorageRequest, 'onChecked' | 'onReserved' | 'onWarning'>
  /** What the run leaves behind, as it is now. */
  readonly run: () => Run
  readonly onOpening: () => void
  /** What is there has been checked. */
  readonly onOpen: (info: Info, storage: Storage) => void
  readonly onComplete: () => void
  readonly onError: (error: unknown) => void
}

export class SessionContent {
  readonly #options: SessionContentOptions
  #storage: Storage | undefined
  #opening: Promise<void> | undefined
  /** Something was missing when it was opened. */
  #incomplete = false
  /** All is stored, and is being looked at once more. */
  #confirming: Promise<void> | undefined

  constructor(options: SessionContentOptions) {
    this.#options = options
  }

  /** Undefined until it is open. */
  get storage(): Storage | undefined {
    return this.#storage
  }

  /** The whole torrent is here, and was not when it was opened. */
  get gained(): boolean {
    return this.#storage?.have.complete === true && this.#incomplete
  }

  /** The info dictionary is known. */
  open(info: Info): void {
    const { storage, signal, onOpening, onError } = this.#options
    if (storage === undefined || this.#opening !== undefined || signal.aborted) return
    onOpening()
    this.#opening = this.#open(info, storage).catch((error: unknown) => {
      if (!signal.aborted) onError(error)
    })
  }

  /** Settles when nothing is being opened. */
  async opened(): Promise<void> {
    await this.#opening
  }

  /** All that is wanted is stored. What was here when it was opened was looked at just now. */
  confirm(): void {
    const { onComplete, onError } = this.#options
    const confirmed = this.#incomplete ? this.#storage?.confirm?.() : undefined
    if (confirmed === undefined) return onComplete()
    this.#confirming = confirmed.then(onComplete, onError)
  }

  /** Settles when nothing is being looked at once more. */
  async confirmed(): Promise<void> {
    await this.#confirming
  }

  /**
   * Lets go of it.
   * @param have the verified pieces; undefined where none were ever looked for.
   * @throws BtError DISK_* where what was written could not be flushed, or the state not saved
   */
  async close(have: Bitfield | undefined): Promise<void> {
    if (have !== undefined) await this.#storage?.close(have, this.#options.run())
  }

  async #open(info: Info, open: OpenStorage): Promise<void> {
    if (info.version === 'v2') {
      throw new BtError(
        'UNSUPPORTED_TORRENT',
        `"${info.name}" is a BitTorrent v2-only torrent; bt shows such torrents but can not transfer them yet`,
      )
    }
    const { context, signal, report, run, onOpen } = this.#options
    const { disk, hasher } = context
    const storage = await open(info, { disk, hasher, signal, ...report })
    this.#storage = storage
    this.#incomplete = !storage.have.complete
    if (signal.aborted) return storage.close(storage.have, run())
    onOpen(info, storage)
  }
}
