// No byte leaves that is not as it was when it was verified. What lies in a file that somebody has changed is hashed again before
// it is given to anyone: once for each change, and, while the file's times say nothing of what is still being written, each time.
import type { Bitfield } from '../base/bitfield.ts'
import { equal, type SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { pieceHash, type Info } from '../metainfo/metainfo.ts'
import type { Kept } from '../storage/content-file.ts'
import { digestRange, digestScratch } from '../storage/digest.ts'
import type { FileStore } from '../storage/files.ts'
import type { Hasher } from '../storage/hasher.ts'
import { lengthOf, put } from '../storage/parts.ts'
import { pieceExtent } from '../storage/plan.ts'
import type { Scratch } from '../storage/scratch.ts'
import type { Content } from './content.ts'
import { HashedPieces } from './hashed-pieces.ts'
import { WrongLooks } from './wrong-looks.ts'

const REMEDIES = {
  read: 'what is put back is served again',
  write: 'verify the torrent to see what is right of it',
} as const

export class VerifiedContent implements Content {
  readonly #store: FileStore
  readonly #info: Info
  readonly #hasher: Hasher
  readonly #scratch: Scratch
  readonly #hashed: HashedPieces
  /** How often the files of a piece had been changed when it was hashed, and another change would have shown. */
  readonly #verified = new Map<number, number>()
  /** Pieces that were looked at because they had been lost. */
  readonly #wrong = new WrongLooks()

  /** @param store all of whose pieces that will be read were verified since its first survey, or are written first */
  constructor(store: FileStore, info: Info, hasher: Hasher) {
    this.#store = store
    this.#info = info
    this.#hasher = hasher
    this.#scratch = digestScratch(info.pieceLength)
    this.#hashed = new HashedPieces(store, info, hasher)
  }

  /** @throws BtError HASH_MISMATCH where a piece does not match its hash any more, DISK_* */
  async readInto(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    // Whether these files have changed is known once they were read.
    await this.#store.readScattered(offset, parts)
    const end = offset + lengthOf(parts)
    for (const piece of this.#doubtful(offset, end)) {
      const extent = pieceExtent(this.#info, piece)
      const from = Math.max(offset, extent.offset)
      const to = Math.min(end, extent.offset + extent.length)
      const { count, settled } = this.#store.looks.changesIn(extent.offset, extent.length)
      // What was hashed when nothing showed is no proof later.
      const right = await this.#hashed.with(piece, 2 * count + Number(settled), bytes =>
        put(bytes.subarray(from - extent.offset, to - extent.offset), parts, from - offset),
      )
      if (!right) throw this.#changed(piece)
      if (settled) this.#verified.set(piece, count)
    }
  }

  write(offset: number, data: Uint8Array): Promise<void> {
    return this.#store.write(offset, data)
  }

  async keep(offset: number, data: SharedBytes, hash: Uint8Array): Promise<Kept> {
    return this.#hasher.delegates(data.length) ? this.#store.keep(offset, data, hash, this.#hasher) : 'left'
  }

  /**
   * Hashes again what lies in files that others have changed.
   * @param pieces that were verified
   * @throws BtError HASH_MISMATCH where one is wrong now
   */
  async confirm(pieces: Bitfield): Promise<void> {
    if (this.#store.looks.changes === 0) return
    for (const piece of pieces.indices()) {
      const before = this.#changesIn(piece)
      if (before === 0) continue
      if (!(await this.#matches(piece)) || this.#changesIn(piece) !== before)
        throw this.#changed(piece, 'the same command gets what is wrong of it')
    }
  }

  /** Whether a piece that was lost is right, in the files that are at their paths now, or was when it was due to be hashed. */
  async isRight(piece: number): Promise<boolean> {
    const { offset, length } = pieceExtent(this.#info, piece)
    const stamp = await this.#store.looks.stampText(offset, length)
    if (stamp === undefined || !this.#wrong.isDue(piece, stamp)) return false
    await this.#store.reopen(offset, length)
    const right = await this.#matches(piece)
    this.#wrong.hashed(piece, stamp, right)
    return right
  }

  /** Pieces that have bytes of the range and of a file that others have changed since they were hashed. */
  #doubtful(offset: number, end: number): number[] {
    if (this.#store.looks.changes === 0) return []
    const { pieceLength } = this.#info
    const doubtful: number[] = []
    for (let piece = Math.floor(offset / pieceLength); piece * pieceLength < end; piece++) {
      const changes = this.#changesIn(piece)
      if (changes > 0 && this.#verified.get(piece) !== changes) doubtful.push(piece)
    }
    return doubtful
  }

  /** As it is on the disk. */
  async #matches(piece: number): Promise<boolean> {
    const digest = await digestRange(this.#store, this.#hasher, pieceExtent(this.#info, piece), this.#scratch)
    return digest !== 'missing' && equal(digest, pieceHash(this.#info, piece))
  }

  #changesIn(piece: number): number {
    const { offset, length } = pieceExtent(this.#info, piece)
    return this.#store.looks.changesIn(offset, length).count
  }

  #changed(piece: number, remedy: string = REMEDIES[this.#store.mode]): BtError {
    const { offset, length } = pieceExtent(this.#info, piece)
    const { path } = this.#store.looks.changesIn(offset, length)
    return new BtError('HASH_MISMATCH', `"${path}" was changed by another program; ${remedy}`)
  }
}
