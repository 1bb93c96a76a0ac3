// Pieces of files that can not be trusted, each hashed in memory and handed out from that same memory: whatever becomes of the
// file meanwhile, what leaves is what was hashed. One at a time is read, so that no more memory is taken than is kept.
import { equal, sharedBytes, type SharedBytes } from '../base/bytes.ts'
import { pieceHash, type Info } from '../metainfo/metainfo.ts'
import type { FileStore } from '../storage/files.ts'
import type { Hasher } from '../storage/hasher.ts'
import { pieceExtent } from '../storage/plan.ts'

/** Bytes kept, at least one piece: a few peers can each ask for one after the other of a piece's blocks, and it is hashed once. */
const KEPT_BYTES = 33_554_432

interface Kept {
  /** Of its files when it was asked for; another one is reason to look at the disk again, as what is wrong there is lost. */
  readonly changes: number
  readonly bytes: SharedBytes
}

export class HashedPieces {
  readonly #store: FileStore
  readonly #info: Info
  readonly #hasher: Hasher
  readonly #most: number
  /** All of them right; the one used longest ago comes first. */
  readonly #kept = new Map<number, Kept>()
  /** Of a piece that was wrong. */
  #spare: SharedBytes | undefined
  #turn: Promise<unknown> = Promise.resolve()

  /** @param keptBytes how much is kept at most, though at least one piece */
  constructor(store: FileStore, info: Info, hasher: Hasher, keptBytes: number = KEPT_BYTES) {
    this.#store = store
    this.#info = info
    this.#hasher = hasher
    this.#most = Math.max(1, Math.floor(keptBytes / info.pieceLength))
  }

  /**
   * @param changes of its files that are known of
   * @param use is called with the piece, whose memory has other bytes later, and only if it is right
   * @returns whether it is
   * @throws BtError DISK_*
   */
  with(piece: number, changes: number, use: (bytes: Uint8Array) => void): Promise<boolean> {
    const turn = this.#turn.then(async () => {
      const kept = this.#kept.get(piece)
      this.#kept.delete(piece)
      const bytes = kept?.changes === changes ? kept.bytes : await this.#read(piece)
      if (bytes === undefined) return false
      this.#kept.set(piece, { changes, bytes })
      use(bytes.subarray(0, pieceExtent(this.#info, piece).length))
      return true
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** @returns undefined where it is not right, or not there */
  async #read(piece: number): Promise<SharedBytes | undefined> {
    const memory = this.#room()
    const { offset, length } = pieceExtent(this.#info, piece)
    const read = await this.#store.tryRead(offset, length, memory)
    if (read === 'missing') return undefined
    const digest = await this.#hasher.digest(memory.subarray(0, length))
    if (equal(digest, pieceHash(this.#info, piece))) return memory
    this.#spare = memory
    return undefined
  }

  #room(): SharedBytes {
    const spare = this.#spare
    this.#spare = undefined
    if (spare !== undefined) return spare
    const [oldest] = this.#kept
    if (oldest === undefined || this.#kept.size < this.#most) return sharedBytes(this.#info.pieceLength)
    this.#kept.delete(oldest[0])
    return oldest[1].bytes
  }
}
