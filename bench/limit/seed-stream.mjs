// What a seed sends: the bytes of blocks go right to their places, all else but its unchoking is passed over.
import { copyInto } from '../../dist/lib/base/bytes.js'
import { HANDSHAKE_LENGTH } from '../../dist/lib/wire/handshake.js'
import { PIECE, UNCHOKE } from '../peers/messages.mjs'

const PREFIX = 4
const ID = 4
/** Of a block: the prefix, the id, piece and offset. */
const HEAD = 13

export class SeedStream {
  #pieces
  #unchoked
  #arrived
  #head = Buffer.alloc(HEAD)
  #headed = 0
  #skip = HANDSHAKE_LENGTH
  #piece = 0
  #length = 0
  #into
  #at = 0
  #end = 0

  /** @param {{ pieces: import('./piece-memory.mjs').PieceMemory, unchoked: () => void, arrived: () => void }} to */
  constructor({ pieces, unchoked, arrived }) {
    this.#pieces = pieces
    this.#unchoked = unchoked
    this.#arrived = arrived
  }

  /** The first `end` bytes of a buffer that is used again. */
  read(buffer, end) {
    for (let at = 0; at < end;) {
      if (this.#skip > 0) at += this.#pass(end - at)
      else if (this.#at < this.#end) at += this.#place(buffer, at, end)
      else at += this.#begin(buffer, at, end)
    }
  }

  #pass(available) {
    const count = Math.min(this.#skip, available)
    this.#skip -= count
    return count
  }

  #place(buffer, at, end) {
    const count = Math.min(this.#end - this.#at, end - at)
    copyInto(this.#into, new Uint8Array(buffer.buffer, buffer.byteOffset + at, count), this.#at)
    this.#at += count
    if (this.#at === this.#end) {
      this.#pieces.arrived(this.#piece, this.#length)
      this.#arrived()
    }
    return count
  }

  /** As much of a message's head as is there and as is known to be one. */
  #begin(buffer, at, end) {
    const count = Math.min(this.#headSize() - this.#headed, end - at)
    buffer.copy(this.#head, this.#headed, at, at + count)
    this.#headed += count
    const length = this.#headed < PREFIX ? undefined : this.#head.readUInt32BE(0)
    if (length === 0) this.#headed = 0
    else if (this.#headed === HEAD) this.#beginBlock(length)
    else if (this.#headed > ID && this.#head[ID] !== PIECE) this.#beginOther(length)
    return count
  }

  #headSize() {
    if (this.#headed < PREFIX) return PREFIX
    return this.#headed === PREFIX ? PREFIX + 1 : HEAD
  }

  #beginBlock(length) {
    this.#headed = 0
    this.#piece = this.#head.readUInt32BE(5)
    this.#length = length - (HEAD - PREFIX)
    this.#into = this.#pieces.bytes(this.#piece)
    this.#at = this.#head.readUInt32BE(9)
    this.#end = this.#at + this.#length
  }

  #beginOther(length) {
    this.#headed = 0
    this.#skip = length - 1
    if (this.#head[ID] === UNCHOKE) this.#unchoked()
  }
}
