// What a downloader sends: its requests are collected, all else is passed over.
import { HANDSHAKE_LENGTH } from '../../dist/lib/wire/handshake.js'
import { REQUEST } from '../peers/messages.mjs'

const PREFIX = 4

export class RequestStream {
  /** Blocks to be sent: whoever sends them takes them off. @type {{ piece: number, offset: number, length: number }[]} */
  waiting = []
  #unread = Buffer.alloc(0)
  #greeted = false

  read(chunk) {
    const bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk])
    let at = 0
    if (!this.#greeted && bytes.length >= HANDSHAKE_LENGTH) {
      at = HANDSHAKE_LENGTH
      this.#greeted = true
    }
    if (this.#greeted) at = this.#readMessages(bytes, at)
    this.#unread = bytes.subarray(at)
  }

  /** @returns {number} where the first that is not whole begins */
  #readMessages(bytes, start) {
    let at = start
    while (bytes.length >= at + PREFIX) {
      const length = bytes.readUInt32BE(at)
      if (bytes.length < at + PREFIX + length) break
      if (length > 0 && bytes[at + PREFIX] === REQUEST) this.waiting.push(blockAt(bytes, at + PREFIX + 1))
      at += PREFIX + length
    }
    return at
  }
}

function blockAt(bytes, at) {
  return { piece: bytes.readUInt32BE(at), offset: bytes.readUInt32BE(at + 4), length: bytes.readUInt32BE(at + 8) }
}
