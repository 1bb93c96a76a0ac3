// Turns the bytes after the handshake into events. A block's bytes go straight from the chunk to their target; nothing
// is concatenated but a header, a bitfield or an extension message that straddles chunks.
import { copyInto } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { Block } from '../metainfo/block.ts'
import type { PeerEvent, WireFault } from './events.ts'
import { parseExtendedHandshake } from './extended.ts'
import { readFast } from './fast-events.ts'
import { Gather } from './gather.ts'
import { bitfieldFault, haveFault, lengthFault, requestFault } from './limits.ts'
import { headSizeOf, KEEP_ALIVE_SIZE, MAX_HEAD_SIZE, MESSAGE, PREFIX_SIZE, readRequest, readUint32 } from './message.ts'

/**
 * Where the bytes of a block belong: exactly `block.length` bytes, written as they arrive until the `block` event.
 * Undefined: it was never asked for, skip its bytes. Piece and offset are the peer's word and must be checked. Called in
 * the midst of parsing, so it must not call the connection.
 */
export type BlockTarget = (block: Block) => Uint8Array | undefined

/** What the bytes to come are part of; `head` is all of a message but the block, bitfield and the like it carries. */
type Phase = 'head' | 'block' | 'payload' | 'skip'

export class MessageDecoder {
  /** BEP 3: connections start out choked and not interested. */
  peerChoking = true
  peerInterested = false
  /** Undefined while the metadata is not known. */
  pieceCount: number | undefined
  /** Both handshakes had the bit of BEP 6. */
  fast = false
  target: BlockTarget

  #phase: Phase = 'head'
  #fault: WireFault | undefined
  /** The start of a message that straddles chunks. */
  readonly #carry = new Uint8Array(MAX_HEAD_SIZE)
  #carried = 0
  /** Of the message whose head has been read: its id, its payload's length, and how much of that is still to come. */
  #id = 0
  #length = 0
  #remaining = 0
  #block: Block | undefined
  #into: Uint8Array | undefined
  readonly #gather = new Gather()

  constructor(target: BlockTarget, pieceCount: number | undefined) {
    this.target = target
    this.pieceCount = pieceCount
  }

  /** Forgets the target of the block whose bytes are arriving, so that its owner can use the memory for something else. */
  abandonPartial(): void {
    this.#into = undefined
  }

  /** Appends the events of `chunk` from `start` on. What is returned ends the connection; later bytes are not read. */
  decode(chunk: Uint8Array, start: number, events: PeerEvent[]): WireFault | undefined {
    let at = start
    while (at < chunk.length && this.#fault === undefined) {
      at = this.#phase === 'head' ? this.#readHead(chunk, at, events) : this.#readBody(chunk, at, events)
    }
    return this.#fault
  }

  /** @returns the offset after what was read. */
  #readHead(chunk: Uint8Array, at: number, events: PeerEvent[]): number {
    const available = chunk.length - at
    if (this.#carried === 0) {
      const needed = this.#headSize(chunk, at, available)
      if (needed <= available) {
        this.#begin(chunk, at, events)
        return at + needed
      }
      this.#carry.set(chunk.subarray(at))
      this.#carried = available
      return chunk.length
    }
    const taken = Math.min(available, this.#headSize(this.#carry, 0, this.#carried) - this.#carried)
    this.#carry.set(chunk.subarray(at, at + taken), this.#carried)
    this.#carried += taken
    if (this.#carried === this.#headSize(this.#carry, 0, this.#carried)) {
      this.#carried = 0
      this.#begin(this.#carry, 0, events)
    }
    return at + taken
  }

  /** How many bytes are needed to begin a message, as far as those available tell. A bad length becomes the fault. */
  #headSize(bytes: Uint8Array, at: number, available: number): number {
    if (available < KEEP_ALIVE_SIZE) return KEEP_ALIVE_SIZE
    const length = readUint32(bytes, at)
    if (length === 0) return KEEP_ALIVE_SIZE
    if (available < PREFIX_SIZE) return PREFIX_SIZE
    const id = bytes[at + 4] ?? 0
    this.#fault = lengthFault(id, length - 1, this.pieceCount, this.fast)
    return this.#fault === undefined ? headSizeOf(id) : PREFIX_SIZE
  }

  #begin(bytes: Uint8Array, at: number, events: PeerEvent[]): void {
    const length = readUint32(bytes, at)
    if (this.#fault !== undefined) return
    if (length === 0) {
      events.push({ type: 'keepAlive' })
      return
    }
    const id = bytes[at + 4] ?? 0
    switch (id) {
      case MESSAGE.piece:
        this.#beginBlock(bytes, at, length - 9)
        return
      case MESSAGE.request:
      case MESSAGE.cancel:
        this.#request(id, readRequest(bytes, at), events)
        return
      case MESSAGE.have:
        this.#have(readUint32(bytes, at + PREFIX_SIZE), events)
        return
      case MESSAGE.choke:
      case MESSAGE.unchoke:
        this.peerChoking = id === MESSAGE.choke
        events.push({ type: id === MESSAGE.choke ? 'choke' : 'unchoke' })
        return
      case MESSAGE.interested:
      case MESSAGE.notInterested:
        this.peerInterested = id === MESSAGE.interested
        events.push({ type: id === MESSAGE.interested ? 'interested' : 'notInterested' })
        return
      case MESSAGE.port:
        events.push({ type: 'port', port: readUint32(bytes, at + 3) & 0xffff })
        return
      case MESSAGE.bitfield:
      case MESSAGE.extended:
        this.#beginPayload('payload', id, length - 1, events)
        return
      default: {
        const event = readFast(id, bytes, at)
        if (event === undefined) this.#beginPayload('skip', id, length - 1, events)
        else events.push(event)
      }
    }
  }

  #beginBlock(bytes: Uint8Array, at: number, length: number): void {
    const block: Block = { piece: readUint32(bytes, at + 5), offset: readUint32(bytes, at + 9), length }
    const into = this.target(block)
    if (into !== undefined && into.length !== length) {
      throw new BtError('INTERNAL', `the target of a block of ${length} bytes has ${into.length}`)
    }
    this.#phase = 'block'
    this.#block = block
    this.#into = into
    this.#remaining = length
  }

  #beginPayload(phase: 'payload' | 'skip', id: number, length: number, events: PeerEvent[]): void {
    this.#phase = phase
    this.#id = id
    this.#length = length
    this.#remaining = length
    if (length === 0) this.#readBody(new Uint8Array(0), 0, events)
  }

  /** @returns the offset after what was read. */
  #readBody(chunk: Uint8Array, at: number, events: PeerEvent[]): number {
    const taken = Math.min(this.#remaining, chunk.length - at)
    const phase = this.#phase
    if (phase === 'block') {
      const into = this.#into
      // Most chunks lie whole inside a block, and then even the view is saved.
      const part = taken === chunk.length ? chunk : view(chunk, at, taken)
      if (into !== undefined) copyInto(into, part, into.length - this.#remaining)
    }
    this.#remaining -= taken
    if (phase === 'payload') this.#readPayload(view(chunk, at, taken), events)
    else if (this.#remaining === 0) {
      this.#phase = 'head'
      if (phase === 'skip') events.push({ type: 'unknown', id: this.#id, length: this.#length })
      else this.#endBlock(events)
    }
    return at + taken
  }

  #endBlock(events: PeerEvent[]): void {
    const block = this.#block
    if (block === undefined) return
    events.push({ type: 'block', block, wanted: this.#into !== undefined })
    this.#block = undefined
    this.#into = undefined
  }

  #readPayload(part: Uint8Array, events: PeerEvent[]): void {
    const straddles = this.#remaining > 0 || this.#gather.length > 0
    if (straddles) this.#gather.append(part, this.#length)
    if (this.#remaining > 0) return
    this.#phase = 'head'
    const payload = straddles ? this.#gather.take() : part
    if (this.#id === MESSAGE.bitfield) this.#bitfield(payload.slice(), events)
    else if (payload[0] === 0) this.#extendedHandshake(payload.slice(1), events)
    else events.push({ type: 'extended', id: payload[0] ?? 0, payload: payload.subarray(1) })
  }

  #request(id: 6 | 8, block: Block, events: PeerEvent[]): void {
    this.#fault = requestFault(id, block.length)
    if (this.#fault === undefined) events.push({ type: id === MESSAGE.request ? 'request' : 'cancel', block })
  }

  #have(piece: number, events: PeerEvent[]): void {
    this.#fault = haveFault(piece, this.pieceCount)
    if (this.#fault === undefined) events.push({ type: 'have', piece })
  }

  /** libtorrent takes a bitfield at any time as the whole truth anew, though BEP 3 has it first; so do we. */
  #bitfield(bytes: Uint8Array, events: PeerEvent[]): void {
    this.#fault = bitfieldFault(bytes, this.pieceCount)
    if (this.#fault === undefined) events.push({ type: 'bitfield', bytes })
  }

  /** The payload is the handshake's to keep: its strings are views into it. */
  #extendedHandshake(payload: Uint8Array, events: PeerEvent[]): void {
    const handshake = parseExtendedHandshake(payload)
    if (handshake !== undefined) events.push({ type: 'extendedHandshake', handshake })
    else this.#fault = { reason: 'bad-message', detail: 'extension handshake that is not a bencoded dictionary' }
  }
}

/** Never a Buffer, whose `subarray` takes three times as long and whose `slice` does not copy. */
function view(bytes: Uint8Array, at: number, length: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + at, length)
}
