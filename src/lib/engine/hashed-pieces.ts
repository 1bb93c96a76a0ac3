// Pieces of files that can not be trusted, each hashed in memory and handed out from that same memory: whatever becomes of the
// file meanwhile, what leaves is what was hashed. One at a time is read, so that no more memory is taken than is kept.
import { equal, sharedBytes, type SharedBytes } from '../base/bytes.ts'
import { pieceHash, type Info } from '../metainfo/metainfo.ts'
import type { FileStore } from '../storage/files.ts'
import type { Hasher } from '../storage/hasher.ts'
import { pieceExtent } from '../storage/plan.ts'

/** Bytes kept of all torrents, at least one piece: a few peers can each ask for one after the other of a piece's blocks, and it is hashed once. */
const KEPT_BYTES = 33_554_432

interface Kept {
  readonly owner: HashedPieces
  readonly piece: number
  /** How its files were when it was asked for; otherwise the disk is looked at again, as what is wrong there is lost. */
  readonly state: number
  /** The piece is at its start. */
  readonly memory: SharedBytes
}

/** What is kept for all torrents of a hasher; it is in use one at a time. */
class Room {
  readonly #most: number
  /** All of them right; the one used longest ago comes first. */
  readonly #kept = new Set<Kept>()
  #bytes = 0
  #spare: SharedBytes | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(most: number) {
    this.#most = most
  }

  inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act)
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  take(owner: HashedPieces, piece: number): Kept | undefined {
    for (const kept of this.#kept) {
      if (kept.owner !== owner || kept.piece !== piece) continue
      this.#drop(kept)
      return kept
    }
    return undefined
  }

  put(kept: Kept): void {
    this.#kept.add(kept)
    this.#bytes += kept.memory.length
  }

  /** Memory of so many bytes or more, that of what was used longest ago where there is no room: what is new the system gives late, and takes back later. */
  memory(length: number): SharedBytes {
    let free = this.#spare
    this.#spare = undefined
    for (const oldest of this.#kept) {
      if (this.#bytes + Math.max(length, free?.length ?? 0) <= this.#most) break
      this.#drop(oldest)
      free = oldest.memory
    }
    return free !== undefined && free.length >= length ? free : sharedBytes(length)
  }

  /** Nothing that is kept is in it. */
  giveBack(memory: SharedBytes): void {
    this.#spare = memory
  }

  #drop(kept: Kept): void {
    this.#kept.delete(kept)
    this.#bytes -= kept.memory.length
  }
}

const rooms = new WeakMap<Hasher, Room>()

export class HashedPieces {
  readonly #store: FileStore
  readonly #info: Info
  readonly #hasher: Hasher
  readonly #room: Room

  /** @param keptBytes how much is kept at most, though at least one piece; of all with the same hasher the first says it */
  constructor(store: FileStore, info: Info, hasher: Hasher, keptBytes: number = KEPT_BYTES) {
    this.#store = store
    this.#info = info
    this.#hasher = hasher
    this.#room = rooms.get(hasher) ?? new Room(keptBytes)
    rooms.set(hasher, this.#room)
  }

  /**
   * @param state of its files, as far as is known: in another one it is read again
   * @param use is called with the piece, if it is right
   * @returns whether it is
   * @throws BtError DISK_*
   */
  with(piece: number, state: number, use: (bytes: Uint8Array) => void): Promise<boolean> {
    return this.#room.inTurn(async () => {
      const kept = this.#room.take(this, piece)
      const memory = kept?.memory ?? this.#room.memory(this.#info.pieceLength)
      if (kept?.state !== state && !(await this.#read(piece, memory))) {
        this.#room.giveBack(memory)
        return false
      }
      this.#room.put({ owner: this, piece, state, memory })
      use(memory.subarray(0, pieceExtent(this.#info, piece).length))
      return true
    })
  }

  /** @returns whether it is there, and right */
  async #read(piece: number, memory: SharedBytes): Promise<boolean> {
    const { offset, length } = pieceExtent(this.#info, piece)
    if ((await this.#store.tryRead(offset, length, memory)) === 'missing') return false
    return equal(await this.#hasher.digest(memory.subarray(0, length)), pieceHash(this.#info, piece))
  }
}
