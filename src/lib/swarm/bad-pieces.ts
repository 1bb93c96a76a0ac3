// Pieces that did not match their hash, as they came, until a copy does: then the blocks that differ are the wrong ones, and
// who sent them is known. Never more than MAX_BAD_BYTES of them, but for one piece, however long.
import type { PeerAddress } from '../base/address.ts'
import { equal } from '../base/bytes.ts'
import { BLOCK_LENGTH } from '../metainfo/block.ts'
import type { PeerKey } from '../picker/picker.ts'
import { MAX_BAD_BYTES } from './limits.ts'

export interface Sender {
  readonly key: PeerKey
  readonly address: PeerAddress
}

interface BadCopy {
  readonly data: Uint8Array
  /** By block; undefined where it is not known any more. */
  readonly senders: readonly (Sender | undefined)[]
}

export class BadPieces {
  readonly #copies = new Map<number, BadCopy[]>()
  #bytes = 0

  /** @param data kept by reference. @param senders of its blocks. */
  keep(piece: number, data: Uint8Array, senders: readonly (Sender | undefined)[]): 'kept' | 'no room' {
    if (this.#bytes > 0 && this.#bytes + data.length > MAX_BAD_BYTES) return 'no room'
    this.#bytes += data.length
    const copies = this.#copies.get(piece) ?? []
    copies.push({ data, senders })
    this.#copies.set(piece, copies)
    return 'kept'
  }

  /** A copy is right. @returns who sent a block that differs from it, each once; what was kept of the piece is let go. */
  convict(piece: number, right: Uint8Array): readonly Sender[] {
    const guilty = new Map<PeerKey, Sender>()
    for (const { data, senders } of this.#copies.get(piece) ?? []) {
      this.#bytes -= data.length
      for (const [n, sender] of senders.entries()) {
        if (sender !== undefined && !equal(blockOf(data, n), blockOf(right, n))) guilty.set(sender.key, sender)
      }
    }
    this.#copies.delete(piece)
    return [...guilty.values()]
  }
}

function blockOf(piece: Uint8Array, n: number): Uint8Array {
  return piece.subarray(n * BLOCK_LENGTH, (n + 1) * BLOCK_LENGTH)
}
