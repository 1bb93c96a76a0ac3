// No byte leaves that is not as it was when it was verified: what lies in a file that somebody has changed since is hashed
// again before it is given to anyone, once for each change.
import type { Bitfield } from '../base/bitfield.ts'
import { equal, type SharedBytes } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { pieceHash, type Info } from '../metainfo/metainfo.ts'
import type { Kept } from '../storage/content-file.ts'
import { digestRange, digestScratch } from '../storage/digest.ts'
import type { FileStore } from '../storage/files.ts'
import type { Hasher } from '../storage/hasher.ts'
import { lengthOf } from '../storage/parts.ts'
import { pieceExtent } from '../storage/plan.ts'
import type { Scratch } from '../storage/scratch.ts'
import type { Content } from './content.ts'

/** A file that changes all the time is not worth more attempts. */
const MAX_ATTEMPTS = 3

const REMEDIES = {
  read: 'what is put back is served again',
  write: 'verify the torrent to see what is right of it',
} as const

export class VerifiedContent implements Content {
  readonly #store: FileStore
  readonly #info: Info
  readonly #hasher: Hasher
  readonly #scratch: Scratch
  /** How often the files of a piece had been changed when it was verified last; at first they had not. */
  readonly #verified = new Map<number, number>()
  /** How the files of a piece were when it was looked at because it had been lost, and was wrong. */
  readonly #wrong = new Map<number, string>()
  /** Verified just now. */
  readonly #hashing = new Map<number, Promise<'right' | 'wrong' | 'changing'>>()

  /** @param store all of whose pieces that will be read were verified since its first survey, or are written first */
  constructor(store: FileStore, info: Info, hasher: Hasher) {
    this.#store = store
    this.#info = info
    this.#hasher = hasher
    this.#scratch = digestScratch(info.pieceLength)
  }

  /** @throws BtError HASH_MISMATCH where a piece does not match its hash any more, DISK_* */
  async readInto(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    const length = lengthOf(parts)
    for (let attempt = 0; ; attempt++) {
      await this.#store.readScattered(offset, parts)
      const doubtful = this.#doubtful(offset, length)
      if (doubtful.length === 0) return
      const results = await Promise.all(doubtful.map(piece => this.#verify(piece)))
      const wrong = doubtful.find((_, index) => results[index] === 'wrong' || attempt === MAX_ATTEMPTS)
      if (wrong !== undefined) throw this.#changed(wrong)
      // What was read may be older than what was hashed.
    }
  }

  async write(offset: number, data: Uint8Array): Promise<void> {
    await this.#store.write(offset, data)
    this.#written(offset)
  }

  async keep(offset: number, data: SharedBytes, hash: Uint8Array): Promise<Kept> {
    if (!this.#hasher.delegates(data.length)) return 'left'
    const outcome = await this.#store.keep(offset, data, hash, this.#hasher)
    if (outcome === 'kept') this.#written(offset)
    return outcome
  }

  #written(offset: number): void {
    if (this.#store.looks.changes === 0) return
    const piece = Math.floor(offset / this.#info.pieceLength)
    this.#verified.set(piece, this.#changesIn(piece))
  }

  /**
   * Hashes again what others may have changed since it was verified.
   * @param pieces that were verified
   * @throws BtError HASH_MISMATCH where one is wrong now
   */
  async confirm(pieces: Bitfield): Promise<void> {
    if (this.#store.looks.changes === 0) return
    for (const piece of pieces.indices()) {
      const { offset, length } = pieceExtent(this.#info, piece)
      if (this.#doubtful(offset, length).length === 0) continue
      if ((await this.#verify(piece)) !== 'right')
        throw this.#changed(piece, 'the same command gets what is wrong of it')
    }
  }

  /**
   * Whether a piece that was lost is right, in the files that are at their paths now. It is hashed again only once these are
   * others than at the last look, or have changed since.
   */
  async isRight(piece: number): Promise<boolean> {
    const { offset, length } = pieceExtent(this.#info, piece)
    const stamp = await this.#store.looks.stampText(offset, length)
    if (stamp === undefined || stamp === this.#wrong.get(piece)) return false
    await this.#store.reopen(offset, length)
    let result = await this.#verify(piece)
    // The first reading of another file than before is what tells so.
    for (let attempt = 1; result === 'changing' && attempt < MAX_ATTEMPTS; attempt++) result = await this.#verify(piece)
    if (result === 'right') this.#wrong.delete(piece)
    else this.#wrong.set(piece, stamp)
    return result === 'right'
  }

  #doubtful(offset: number, length: number): number[] {
    if (this.#store.looks.changes === 0) return []
    const { pieceLength } = this.#info
    const doubtful: number[] = []
    for (let piece = Math.floor(offset / pieceLength); piece * pieceLength < offset + length; piece++) {
      if ((this.#verified.get(piece) ?? 0) !== this.#changesIn(piece)) doubtful.push(piece)
    }
    return doubtful
  }

  #verify(piece: number): Promise<'right' | 'wrong' | 'changing'> {
    let hashing = this.#hashing.get(piece)
    if (hashing === undefined) {
      hashing = this.#hash(piece).finally(() => this.#hashing.delete(piece))
      this.#hashing.set(piece, hashing)
    }
    return hashing
  }

  async #hash(piece: number): Promise<'right' | 'wrong' | 'changing'> {
    const before = this.#changesIn(piece)
    const digest = await digestRange(this.#store, this.#hasher, pieceExtent(this.#info, piece), this.#scratch)
    if (this.#changesIn(piece) !== before) return 'changing'
    if (digest === 'missing' || !equal(digest, pieceHash(this.#info, piece))) return 'wrong'
    this.#verified.set(piece, before)
    return 'right'
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
