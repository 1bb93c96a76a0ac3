// Where blocks land before their piece is checked. A block's place in its piece has at most one writer at a time: a second
// peer that sends the same block (endgame, or late after a time-out) writes to a scratch buffer, so that nothing changes
// under a piece that is being hashed, and a bad block is blamed on who sent it.
import { BLOCK_LENGTH, type Block } from '../metainfo/block.ts'
import type { PieceLayout } from '../metainfo/layout.ts'
import type { PeerKey } from '../picker/picker.ts'

/** Free buffers kept for reuse; a download rarely has more pieces between wire and disk. */
const MAX_FREE_BUFFERS = 4

interface Scratch {
  readonly piece: number
  readonly offset: number
  readonly data: Uint8Array
}

export class PieceBuffers {
  readonly #layout: PieceLayout
  readonly #buffers = new Map<number, Uint8Array>()
  readonly #free: Uint8Array[] = []
  /** Global block number → the peer streaming into the block's own place. */
  readonly #writers = new Map<number, PeerKey>()
  readonly #writing = new Map<PeerKey, number>()
  readonly #scratch = new Map<PeerKey, Scratch>()
  readonly #blocksPerPiece: number

  constructor(layout: PieceLayout) {
    this.#layout = layout
    this.#blocksPerPiece = Math.ceil(layout.pieceLength / BLOCK_LENGTH)
  }

  /** Where this peer's bytes of the block go. Call when its header has arrived. */
  target(peer: PeerKey, block: Block): Uint8Array {
    const id = this.#id(block)
    const writer = this.#writers.get(id)
    if (writer !== undefined && writer !== peer) {
      const data = new Uint8Array(block.length)
      this.#scratch.set(peer, { piece: block.piece, offset: block.offset, data })
      return data
    }
    this.#writers.set(id, peer)
    this.#writing.set(peer, id)
    return this.#buffer(block.piece).subarray(block.offset, block.offset + block.length)
  }

  /**
   * The peer's block is whole and wanted: puts it in place.
   * @returns the peer that was still writing there and must be told to skip the rest of its copy.
   */
  settle(peer: PeerKey, block: Block): PeerKey | undefined {
    const id = this.#id(block)
    const scratch = this.#scratch.get(peer)
    if (scratch !== undefined && scratch.piece === block.piece && scratch.offset === block.offset) {
      this.#buffer(block.piece).set(scratch.data, block.offset)
    }
    const writer = this.#writers.get(id)
    this.forget(peer)
    if (writer === undefined || writer === peer) return undefined
    this.forget(writer)
    return writer
  }

  /** The peer writes nothing more: its block ended, or it is gone. */
  forget(peer: PeerKey): void {
    this.#scratch.delete(peer)
    const id = this.#writing.get(peer)
    if (id === undefined) return
    this.#writing.delete(peer)
    if (this.#writers.get(id) === peer) this.#writers.delete(id)
  }

  /** Takes a whole piece out, to be checked; give the buffer back with `recycle`. */
  take(piece: number): Uint8Array {
    const buffer = this.#buffer(piece)
    this.#buffers.delete(piece)
    return buffer
  }

  recycle(buffer: Uint8Array): void {
    const whole = new Uint8Array(buffer.buffer)
    if (whole.length === this.#layout.pieceLength && this.#free.length < MAX_FREE_BUFFERS) this.#free.push(whole)
  }

  #buffer(piece: number): Uint8Array {
    const known = this.#buffers.get(piece)
    if (known !== undefined) return known
    const whole = this.#free.pop() ?? new Uint8Array(this.#layout.pieceLength)
    const buffer = whole.subarray(0, this.#layout.pieceSize(piece))
    this.#buffers.set(piece, buffer)
    return buffer
  }

  #id(block: Block): number {
    return block.piece * this.#blocksPerPiece + Math.floor(block.offset / BLOCK_LENGTH)
  }
}
