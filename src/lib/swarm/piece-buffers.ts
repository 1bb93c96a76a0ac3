// Where blocks land before their piece is checked. A block's place in its piece has at most one writer at a time: a second
// peer that sends the same block (endgame, or late after a time-out) writes to a scratch buffer, so that nothing changes
// under a piece that is being hashed, and a bad block is blamed on who sent it.
import { copyInto, sharedBytes, type SharedBytes } from '../base/bytes.ts'
import { BLOCK_LENGTH, type Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { PeerKey } from '../picker/picker.ts'

/** Bytes of free buffers kept for reuse: memory that is new to the process costs the system more than hashing it does. */
const MAX_FREE_BYTES = 32 * 1024 * 1024

interface Writer {
  readonly peer: PeerKey
  readonly piece: number
}

export class PieceBuffers {
  readonly #layout: PieceLayout
  readonly #buffers = new Map<number, SharedBytes>()
  readonly #free: SharedBytes[] = []
  /** Global block number → the peer whose bytes go into the block's own place. */
  readonly #writers = new Map<number, Writer>()
  /** What others send of the same blocks. One chunk may hold several blocks, so a peer may have several. */
  readonly #scratch = new Map<PeerKey, Map<number, Uint8Array>>()
  readonly #blocksPerPiece: number

  constructor(layout: PieceLayout) {
    this.#layout = layout
    this.#blocksPerPiece = Math.ceil(layout.pieceLength / BLOCK_LENGTH)
  }

  /** Pieces that have a buffer and have not been taken out. */
  get count(): number {
    return this.#buffers.size
  }

  /**
   * Where this peer's bytes of the block go. Call when its header has arrived; ends with `settle` or `forget`.
   * @returns undefined where the peer sent the block already and that copy is not settled: the second is skipped.
   */
  target(peer: PeerKey, block: Block): Uint8Array | undefined {
    const id = this.#id(block)
    const writer = this.#writers.get(id)
    if (writer !== undefined) return writer.peer === peer ? undefined : this.#aside(peer, id, block.length)
    if (this.#scratch.get(peer)?.has(id) === true) return undefined
    this.#writers.set(id, { peer, piece: block.piece })
    return this.#place(block)
  }

  /**
   * The peer's block is whole and wanted: puts it in place.
   * @returns the peer that was still writing there and must be told to skip the rest of its copy.
   */
  settle(peer: PeerKey, block: Block): PeerKey | undefined {
    const id = this.#id(block)
    const aside = this.#scratch.get(peer)?.get(id)
    if (aside !== undefined) copyInto(this.#place(block), aside, 0)
    const writer = this.#writers.get(id)
    this.#writers.delete(id)
    this.forget(peer, block)
    return writer === undefined || writer.peer === peer ? undefined : writer.peer
  }

  /** The peer's copy of the block is of no use. */
  forget(peer: PeerKey, block: Block): void {
    const id = this.#id(block)
    if (this.#writers.get(id)?.peer === peer) this.#writers.delete(id)
    const mine = this.#scratch.get(peer)
    if (mine?.delete(id) === true && mine.size === 0) this.#scratch.delete(peer)
  }

  /** The peer is gone and writes nothing more. @returns the pieces that it was writing into. */
  leave(peer: PeerKey): ReadonlySet<number> {
    this.#scratch.delete(peer)
    const pieces = new Set<number>()
    for (const [id, writer] of this.#writers) {
      if (writer.peer !== peer) continue
      this.#writers.delete(id)
      pieces.add(writer.piece)
    }
    return pieces
  }

  /** Lets go of the memory of a piece of which nothing is there, unless someone writes into it. */
  discard(piece: number): void {
    const buffer = this.#buffers.get(piece)
    if (buffer === undefined) return
    for (const writer of this.#writers.values()) if (writer.piece === piece) return
    this.#buffers.delete(piece)
    this.recycle(buffer)
  }

  /** Takes a whole piece out, to be checked; give the buffer back with `recycle`. */
  take(piece: number): SharedBytes {
    const buffer = this.#buffer(piece)
    this.#buffers.delete(piece)
    return buffer
  }

  recycle(buffer: SharedBytes): void {
    const whole = new Uint8Array(buffer.buffer)
    const { pieceLength } = this.#layout
    if (whole.length === pieceLength && this.#free.length * pieceLength < MAX_FREE_BYTES) this.#free.push(whole)
  }

  /** No piece is expected any more: who only seeds needs none of the memory that is kept for the next. */
  trim(): void {
    this.#free.length = 0
  }

  #aside(peer: PeerKey, id: number, length: number): Uint8Array | undefined {
    const mine = this.#scratch.get(peer) ?? new Map<number, Uint8Array>()
    if (mine.has(id)) return undefined
    const data = new Uint8Array(length)
    this.#scratch.set(peer, mine.set(id, data))
    return data
  }

  #place(block: Block): Uint8Array {
    return this.#buffer(block.piece).subarray(block.offset, block.offset + block.length)
  }

  #buffer(piece: number): SharedBytes {
    const known = this.#buffers.get(piece)
    if (known !== undefined) return known
    const whole = this.#free.pop() ?? sharedBytes(this.#layout.pieceLength)
    const buffer = whole.subarray(0, this.#layout.pieceSize(piece))
    this.#buffers.set(piece, buffer)
    return buffer
  }

  #id(block: Block): number {
    return block.piece * this.#blocksPerPiece + Math.floor(block.offset / BLOCK_LENGTH)
  }
}
