// The 68 bytes that open a connection in each direction (BEP 3 "peer protocol").
import { equal, fromLatin1 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH, infoHash, peerId, type InfoHash, type PeerId } from '../base/ids.ts'

/** A length byte, the protocol string, the reserved bytes, the info-hash and the peer id. */
export const HANDSHAKE_LENGTH = 68
export const RESERVED_LENGTH = 8

const PROTOCOL = fromLatin1('\x13BitTorrent protocol')
const INFO_HASH_AT = PROTOCOL.length + RESERVED_LENGTH
const PEER_ID_AT = INFO_HASH_AT + HASH_LENGTH

export interface Handshake {
  readonly infoHash: InfoHash
  readonly peerId: PeerId
  /** 8 bytes of feature bits. */
  readonly reserved: Uint8Array
}

/** @throws BtError INTERNAL where `reserved` has not 8 bytes. */
export function encodeHandshake(handshake: Handshake): Uint8Array {
  if (handshake.reserved.length !== RESERVED_LENGTH) {
    throw new BtError('INTERNAL', `a handshake has ${RESERVED_LENGTH} reserved bytes, not ${handshake.reserved.length}`)
  }
  const bytes = new Uint8Array(HANDSHAKE_LENGTH)
  bytes.set(PROTOCOL)
  bytes.set(handshake.reserved, PROTOCOL.length)
  bytes.set(handshake.infoHash, INFO_HASH_AT)
  bytes.set(handshake.peerId, PEER_ID_AT)
  return bytes
}

/** Copies out of the first 68 bytes. Undefined: fewer than 68, or another protocol. */
export function decodeHandshake(bytes: Uint8Array): Handshake | undefined {
  if (bytes.length < HANDSHAKE_LENGTH || !startsHandshake(bytes)) return undefined
  return {
    infoHash: infoHash(bytes.slice(INFO_HASH_AT, PEER_ID_AT)),
    peerId: peerId(bytes.slice(PEER_ID_AT, HANDSHAKE_LENGTH)),
    reserved: bytes.slice(PROTOCOL.length, INFO_HASH_AT),
  }
}

/** Whether bytes, few or many, can be the start of a handshake: so that another protocol is noticed at its first byte. */
export function startsHandshake(bytes: Uint8Array): boolean {
  const length = Math.min(bytes.length, PROTOCOL.length)
  return equal(bytes.subarray(0, length), PROTOCOL.subarray(0, length))
}

export interface ReservedFeatures {
  /** BEP 10: byte 5, 0x10. */
  readonly extended?: boolean
  /** BEP 6: byte 7, 0x04. */
  readonly fast?: boolean
  /** BEP 5: byte 7, 0x01. */
  readonly dht?: boolean
}

export function reservedBytes(features: ReservedFeatures): Uint8Array {
  const reserved = new Uint8Array(RESERVED_LENGTH)
  if (features.extended === true) reserved[5] = 0x10
  reserved[7] = (features.fast === true ? 0x04 : 0) | (features.dht === true ? 0x01 : 0)
  return reserved
}

export function supportsExtended(reserved: Uint8Array): boolean {
  return ((reserved[5] ?? 0) & 0x10) !== 0
}

export function supportsFast(reserved: Uint8Array): boolean {
  return ((reserved[7] ?? 0) & 0x04) !== 0
}

export function supportsDht(reserved: Uint8Array): boolean {
  return ((reserved[7] ?? 0) & 0x01) !== 0
}

/** Collects a handshake from chunks of any size; what follows it in a chunk is left there. */
export class HandshakeReader {
  readonly #bytes = new Uint8Array(HANDSHAKE_LENGTH)
  #filled = 0

  /** @returns how many bytes of the chunk belong to the handshake. */
  take(chunk: Uint8Array): number {
    const taken = Math.min(chunk.length, HANDSHAKE_LENGTH - this.#filled)
    this.#bytes.set(chunk.subarray(0, taken), this.#filled)
    this.#filled += taken
    return taken
  }

  read(): Handshake | 'incomplete' | 'wrong-protocol' {
    if (!startsHandshake(this.#bytes.subarray(0, this.#filled))) return 'wrong-protocol'
    if (this.#filled < HANDSHAKE_LENGTH) return 'incomplete'
    return decodeHandshake(this.#bytes) ?? 'wrong-protocol'
  }
}
