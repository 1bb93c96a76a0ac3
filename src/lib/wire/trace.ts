// What goes over a connection, in words, for who watches it: read from the bytes themselves, beside the connection and
// without a part in it, so that what is broken is shown as it came. The bytes of blocks are counted, not kept.
import { latin1 } from '../base/bytes.ts'
import type { BencodeDict, BencodeValue } from '../bencode/value.ts'
import { isDict } from '../bencode/access.ts'
import { decodePrefix } from '../bencode/decode.ts'
import { EXTENDED_HANDSHAKE, parseExtendedHandshake } from './extended.ts'
import { Gather } from './gather.ts'
import { decodeHandshake, HANDSHAKE_LENGTH } from './handshake.ts'
import { EXTENDED_DICT, MAX_UNKNOWN_LENGTH } from './limits.ts'
import { MESSAGE, messageName, readUint32 } from './message.ts'

/** From the peer, or to it. */
export type Direction = 'in' | 'out'

/**
 * A message: its name in `MESSAGE` (or `handshake`, `keepAlive`, `extendedHandshake`, `message 99`) and its fields, named
 * as in the specification. `malformed`: the payload, where it is not what the message has.
 */
export interface TracedMessage {
  readonly type: string
  readonly [field: string]: number | string | boolean | Uint8Array | BencodeValue
}

type Stage = 'handshake' | 'length' | 'id' | 'body' | 'skipped'

/** Piece and offset. */
const BLOCK_PLACE = 8

/** Both directions of one connection. */
export class ConversationTrace {
  readonly #streams: Readonly<Record<Direction, StreamTrace>>

  constructor() {
    const [ours, theirs] = [new StreamTrace(), new StreamTrace()]
    this.#streams = { in: ours, out: theirs }
    // BEP 10: each end numbers the extension messages that it takes, so those that the other end sends.
    ours.onExtensions = names => theirs.name(names)
    theirs.onExtensions = names => ours.name(names)
  }

  /** The messages that end in this chunk; it is only looked at. */
  read(direction: Direction, chunk: Uint8Array): readonly TracedMessage[] {
    return this.#streams[direction].read(chunk)
  }
}

class StreamTrace {
  onExtensions: (names: ReadonlyMap<string, number>) => void = () => undefined
  readonly #gather = new Gather()
  readonly #extensions = new Map<number, string>()
  #stage: Stage = 'handshake'
  #size = HANDSHAKE_LENGTH
  #missing = HANDSHAKE_LENGTH
  #id = 0
  /** Bytes of the message after its id. */
  #length = 0

  name(names: ReadonlyMap<string, number>): void {
    for (const [name, id] of names) this.#extensions.set(id, name)
  }

  read(chunk: Uint8Array): readonly TracedMessage[] {
    const messages: TracedMessage[] = []
    let at = 0
    while (at < chunk.length || this.#missing === 0) {
      const part = chunk.subarray(at, at + this.#missing)
      at += part.length
      this.#missing -= part.length
      if (this.#stage !== 'skipped') this.#gather.append(part, this.#size)
      if (this.#missing > 0) break
      const message = this.#advance(this.#gather.take())
      if (message !== undefined) messages.push(message)
    }
    return messages
  }

  #await(stage: Stage, size: number): undefined {
    this.#stage = stage
    this.#size = size
    this.#missing = size
  }

  #advance(bytes: Uint8Array): TracedMessage | undefined {
    switch (this.#stage) {
      case 'handshake':
        this.#await('length', 4)
        return handshakeFields(bytes)
      case 'length':
        return this.#begin(readUint32(bytes, 0))
      case 'id':
        return this.#identify(bytes[0] ?? 0)
      case 'body':
        return this.#end(bytes)
      default:
        return this.#await('length', 4)
    }
  }

  #begin(length: number): TracedMessage | undefined {
    if (length === 0) {
      this.#await('length', 4)
      return { type: 'keepAlive' }
    }
    this.#length = length - 1
    return this.#await('id', 1)
  }

  #identify(id: number): TracedMessage | undefined {
    this.#id = id
    if (id === MESSAGE.piece && this.#length > BLOCK_PLACE) return this.#await('body', BLOCK_PLACE)
    if (this.#length <= MAX_UNKNOWN_LENGTH) return this.#await('body', this.#length)
    this.#await('skipped', this.#length)
    return { type: messageName(id), payload: this.#length }
  }

  #end(body: Uint8Array): TracedMessage {
    const block = this.#id === MESSAGE.piece ? this.#length - BLOCK_PLACE : 0
    if (block > 0) this.#await('skipped', block)
    else this.#await('length', 4)
    if (this.#id === MESSAGE.extended) return this.#extended(body)
    const type = messageName(this.#id)
    const fields = messageFields(this.#id, body, block)
    return fields === undefined ? { type, malformed: body } : { type, ...fields }
  }

  #extended(body: Uint8Array): TracedMessage {
    const [id = EXTENDED_HANDSHAKE] = body
    const payload = body.subarray(1)
    if (id !== EXTENDED_HANDSHAKE) {
      return { type: 'extended', id, ...namedField(this.#extensions.get(id)), ...dictAndRest(payload) }
    }
    const handshake = parseExtendedHandshake(payload)
    if (handshake === undefined) return { type: 'extendedHandshake', malformed: payload }
    this.onExtensions(handshake.messages)
    return { type: 'extendedHandshake', handshake: handshake.dict }
  }
}

function handshakeFields(bytes: Uint8Array): TracedMessage {
  const handshake = decodeHandshake(bytes)
  if (handshake === undefined) return { type: 'handshake', malformed: bytes }
  const { infoHash, peerId, reserved } = handshake
  return { type: 'handshake', infoHash, peerId, reserved, client: latin1(peerId.subarray(0, 8)) }
}

/** @returns undefined where the payload has not the length that the message needs. */
function messageFields(id: number, body: Uint8Array, block: number): Omit<TracedMessage, 'type'> | undefined {
  const [piece, offset] = [body.length >= 4 ? readUint32(body, 0) : 0, body.length >= 8 ? readUint32(body, 4) : 0]
  switch (id) {
    case MESSAGE.have:
    case MESSAGE.suggestPiece:
    case MESSAGE.allowedFast:
      return body.length === 4 ? { piece } : undefined
    case MESSAGE.request:
    case MESSAGE.cancel:
    case MESSAGE.rejectRequest:
      return body.length === 12 ? { piece, offset, length: readUint32(body, 8) } : undefined
    case MESSAGE.piece:
      return block > 0 ? { piece, offset, length: block } : undefined
    case MESSAGE.port:
      return body.length === 2 ? { port: ((body[0] ?? 0) << 8) | (body[1] ?? 0) } : undefined
    case MESSAGE.bitfield:
      return { bytes: body.length, pieces: countBits(body) }
    default:
      return body.length === 0 ? {} : { payload: body.length }
  }
}

function countBits(bytes: Uint8Array): number {
  let count = 0
  for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) count++
  return count
}

function namedField(extension: string | undefined): { readonly extension?: string } {
  return extension === undefined ? {} : { extension }
}

/** Extension messages are dictionaries, after which there may be data (BEP 9); what else there is, is counted. */
function dictAndRest(payload: Uint8Array): { readonly dict?: BencodeDict; readonly data?: number } {
  try {
    const { value, end } = decodePrefix(payload, { lenient: true, ...EXTENDED_DICT })
    if (!isDict(value)) return { data: payload.length }
    return end === payload.length ? { dict: value } : { dict: value, data: payload.length - end }
  } catch {
    return { data: payload.length }
  }
}
