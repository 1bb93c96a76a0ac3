// Our half of the conversation: each command puts one whole message into the outbox. No choke or interest is said twice;
// what we said last is `amChoking` and `amInterested` (BEP 3: connections start out choked and not interested).
import type { Bitfield } from '../base/bitfield.ts'
import { BtError } from '../base/errors.ts'
import { encode } from '../bencode/encode.ts'
import type { BencodeInput } from '../bencode/value.ts'
import { BLOCK_LENGTH, type Block } from '../metainfo/block.ts'
import { EXTENDED_HANDSHAKE } from './extended.ts'
import { encodeHandshake, HANDSHAKE_LENGTH, type Handshake } from './handshake.ts'
import {
  BLOCK_HEADER_SIZE,
  EXTENDED_HEADER_SIZE,
  HAVE_SIZE,
  KEEP_ALIVE_SIZE,
  MESSAGE,
  PREFIX_SIZE,
  REQUEST_SIZE,
  writeBlockHeader,
  writeExtended,
  writeMessage,
  writePiece,
  writePrefix,
  writeRequest,
  type PieceMessage,
  type RequestMessage,
} from './message.ts'
import { Outbox } from './outbox.ts'

export abstract class PeerCommands {
  /** The latest time that is known, in milliseconds: when what is queued next counts as sent. */
  protected now: number
  #lastSent: number
  #amChoking = true
  #amInterested = false
  readonly #outbox = new Outbox()

  constructor(now: number) {
    this.now = now
    this.#lastSent = now
  }

  /** Whether messages may be queued. False: the connection is closed. @throws BtError INTERNAL where it is too early. */
  protected abstract maySend(): boolean
  /** Whether the peer takes extension messages; false while its handshake is not in. */
  protected abstract readonly takesExtended: boolean

  get amChoking(): boolean {
    return this.#amChoking
  }
  get amInterested(): boolean {
    return this.#amInterested
  }
  /** When bytes were last queued, by the latest `now` that was known then; at first, when the connection was made. */
  get lastSent(): number {
    return this.#lastSent
  }
  /** Bytes that `pollTransmit` has not handed out. */
  get queuedBytes(): number {
    return this.#outbox.queued
  }

  /** The next bytes for the transport, or undefined. Block data is the very array that was given to `sendBlock` or `sendRun`. */
  pollTransmit(): Uint8Array | undefined {
    return this.#outbox.poll()
  }

  /** Blocks that are queued but not transmitted still go out; the requests not yet answered are the owner's to drop. */
  choke(now: number): void {
    if (this.#amChoking || !this.#maySendAt(now)) return
    this.#amChoking = true
    this.queueBare(MESSAGE.choke)
  }

  unchoke(now: number): void {
    if (!this.#amChoking || !this.#maySendAt(now)) return
    this.#amChoking = false
    this.queueBare(MESSAGE.unchoke)
  }

  interested(now: number): void {
    if (this.#amInterested || !this.#maySendAt(now)) return
    this.#amInterested = true
    this.queueBare(MESSAGE.interested)
  }

  notInterested(now: number): void {
    if (!this.#amInterested || !this.#maySendAt(now)) return
    this.#amInterested = false
    this.queueBare(MESSAGE.notInterested)
  }

  have(piece: number): void {
    if (this.maySend()) this.queuePiece(MESSAGE.have, piece)
  }

  /** Copied. To be the first message but for the extension handshake (BEP 3). */
  bitfield(bits: Bitfield): void {
    if (!this.maySend()) return
    const at = this.#reserve(PREFIX_SIZE + bits.bytes.length)
    writeMessage(this.#outbox.buffer, at, MESSAGE.bitfield, bits.bytes)
  }

  /** Of 1 to 16,384 bytes: we refuse larger blocks, so asking for one would be our mistake. */
  request(block: Block, now: number): void {
    if (this.#maySendAt(now)) this.#ask(MESSAGE.request, block)
  }

  cancel(block: Block): void {
    if (this.maySend()) this.#ask(MESSAGE.cancel, block)
  }

  /** @param data by reference: exactly the block's bytes, unchanged until the transport has sent them. */
  sendBlock(block: Block, data: Uint8Array): void {
    if (!this.maySend()) return
    checkUint32(block.piece, 'piece')
    checkUint32(block.offset, 'offset')
    if (data.length !== block.length) {
      throw new BtError('INTERNAL', `a block of ${block.length} bytes came with ${data.length} bytes of data`)
    }
    const at = this.#reserve(BLOCK_HEADER_SIZE)
    writeBlockHeader(this.#outbox.buffer, at, block)
    this.#outbox.push(data)
  }

  /** @param run what `frameRun` laid out, with the blocks in place; by reference, unchanged until the transport has sent it. */
  sendRun(run: Uint8Array, now: number): void {
    if (!this.#maySendAt(now)) return
    this.#lastSent = now
    this.#outbox.push(run)
  }

  /** To a peer whose handshake, which must be in, has the bit of BEP 10. */
  extendedHandshake(dict: BencodeInput): void {
    if (this.maySend()) this.extended(EXTENDED_HANDSHAKE, encode(dict))
  }

  /** @param id the peer's, from its extension handshake. @param payload is copied. */
  extended(id: number, payload: Uint8Array): void {
    if (!this.maySend()) return
    if (!this.takesExtended) {
      throw new BtError('INTERNAL', 'extension messages are only for a peer that has said it takes them')
    }
    if (!Number.isInteger(id) || id < 0 || id > 255) {
      throw new BtError('INTERNAL', `${id} is no id of an extension message; those are 0 to 255`)
    }
    const at = this.#reserve(EXTENDED_HEADER_SIZE + payload.length)
    writeExtended(this.#outbox.buffer, at, id, payload)
  }

  protected sendHandshake(handshake: Handshake): void {
    const at = this.#reserve(HANDSHAKE_LENGTH)
    this.#outbox.buffer.set(encodeHandshake(handshake), at)
  }

  protected sendKeepAlive(): void {
    const at = this.#reserve(KEEP_ALIVE_SIZE)
    this.#outbox.buffer.fill(0, at, at + KEEP_ALIVE_SIZE)
  }

  protected dropQueued(): void {
    this.#outbox.clear()
  }

  #maySendAt(now: number): boolean {
    this.now = now
    return this.maySend()
  }

  protected queueBare(id: number): void {
    const at = this.#reserve(PREFIX_SIZE)
    writePrefix(this.#outbox.buffer, at, id, 0)
  }

  protected queuePiece(id: PieceMessage, piece: number): void {
    checkUint32(piece, 'piece')
    const at = this.#reserve(HAVE_SIZE)
    writePiece(this.#outbox.buffer, at, id, piece)
  }

  protected queueRequest(id: RequestMessage, block: Block): void {
    checkUint32(block.piece, 'piece')
    checkUint32(block.offset, 'offset')
    const at = this.#reserve(REQUEST_SIZE)
    writeRequest(this.#outbox.buffer, at, id, block)
  }

  #ask(id: 6 | 8, block: Block): void {
    if (!Number.isInteger(block.length) || block.length < 1 || block.length > BLOCK_LENGTH) {
      throw new BtError('INTERNAL', `a block of ${block.length} bytes can not be requested; 1 to ${BLOCK_LENGTH} can`)
    }
    this.queueRequest(id, block)
  }

  #reserve(length: number): number {
    this.#lastSent = this.now
    return this.#outbox.reserve(length)
  }
}

function checkUint32(value: number, what: string): void {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new BtError('INTERNAL', `${what} ${value} does not fit the wire, which has 32 unsigned bits`)
  }
}
