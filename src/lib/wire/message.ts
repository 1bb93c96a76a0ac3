// A message is a length (uint32, big-endian, of what follows it), an id and a payload; length 0 is a keep-alive (BEP 3
// "peer messages"). The writers put one message at an offset of a buffer that the caller has sized, and allocate nothing.
import type { Block } from '../metainfo/block.ts'

export const MESSAGE = {
  choke: 0,
  unchoke: 1,
  interested: 2,
  notInterested: 3,
  have: 4,
  bitfield: 5,
  request: 6,
  /** Carries a block. */
  piece: 7,
  cancel: 8,
  /** BEP 5: the UDP port of the peer's DHT node. */
  port: 9,
  /** 13 to 17 are BEP 6, for connections both of whose ends set its bit. */
  suggestPiece: 13,
  haveAll: 14,
  haveNone: 15,
  rejectRequest: 16,
  allowedFast: 17,
  /** BEP 10: the payload starts with the id of an extension message. */
  extended: 20,
} as const

/** Sizes on the wire, in bytes, with the length prefix. */
export const KEEP_ALIVE_SIZE = 4
/** Length prefix and id: a message without payload, or the start of any other. */
export const PREFIX_SIZE = 5
/** Have, suggest piece and allowed fast. */
export const HAVE_SIZE = 9
export const PORT_SIZE = 7
/** Request, cancel and reject request. */
export const REQUEST_SIZE = 17
/** What precedes the bytes of a block: prefix, piece, offset. */
export const BLOCK_HEADER_SIZE = 13
/** What precedes the payload of an extension message: prefix and the extension's id. */
export const EXTENDED_HEADER_SIZE = 6
export const MAX_HEAD_SIZE: number = Math.max(REQUEST_SIZE, BLOCK_HEADER_SIZE)

/** How much of a message is read at once: all of it, but for the bytes that a block, a bitfield and the like carry. */
export function headSizeOf(id: number): number {
  switch (id) {
    case MESSAGE.piece:
      return BLOCK_HEADER_SIZE
    case MESSAGE.request:
    case MESSAGE.cancel:
    case MESSAGE.rejectRequest:
      return REQUEST_SIZE
    case MESSAGE.have:
    case MESSAGE.suggestPiece:
    case MESSAGE.allowedFast:
      return HAVE_SIZE
    case MESSAGE.port:
      return PORT_SIZE
    default:
      return PREFIX_SIZE
  }
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(MESSAGE).map(([name, id]) => [id, name]))

/** The name in `MESSAGE`, for text that people read. */
export function messageName(id: number): string {
  return NAMES.get(id) ?? `message ${id}`
}

/** Unsigned, so 0 to 4,294,967,295. The caller has checked that four bytes are there. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  )
}

/** The block of the request, cancel or reject that starts at `at`, with its prefix. */
export function readRequest(bytes: Uint8Array, at: number): Block {
  return {
    piece: readUint32(bytes, at + 5),
    offset: readUint32(bytes, at + 9),
    length: readUint32(bytes, at + 13),
  }
}

export function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24
  out[at + 1] = value >>> 16
  out[at + 2] = value >>> 8
  out[at + 3] = value
}

/** 5 bytes; `payloadLength` bytes are to follow. */
export function writePrefix(out: Uint8Array, at: number, id: number, payloadLength: number): void {
  writeUint32(out, at, payloadLength + 1)
  out[at + 4] = id
}

/** Have, suggest piece or allowed fast. */
export type PieceMessage = 4 | 13 | 17
/** Request, cancel or reject request. */
export type RequestMessage = 6 | 8 | 16

/** 9 bytes. */
export function writePiece(out: Uint8Array, at: number, id: PieceMessage, piece: number): void {
  writePrefix(out, at, id, 4)
  writeUint32(out, at + 5, piece)
}

/** 17 bytes: a request, or the cancel or reject of one. */
export function writeRequest(out: Uint8Array, at: number, id: RequestMessage, block: Block): void {
  writePrefix(out, at, id, 12)
  writeUint32(out, at + 5, block.piece)
  writeUint32(out, at + 9, block.offset)
  writeUint32(out, at + 13, block.length)
}

/** 13 bytes; the bytes of the block are to follow. */
export function writeBlockHeader(out: Uint8Array, at: number, block: Block): void {
  writePrefix(out, at, MESSAGE.piece, 8 + block.length)
  writeUint32(out, at + 5, block.piece)
  writeUint32(out, at + 9, block.offset)
}

/** 5 bytes and the payload. */
export function writeMessage(out: Uint8Array, at: number, id: number, payload: Uint8Array): void {
  writePrefix(out, at, id, payload.length)
  out.set(payload, at + PREFIX_SIZE)
}

/** 6 bytes and the payload; `extension` is the id the receiver gave in its extension handshake, 0 for ours. */
export function writeExtended(out: Uint8Array, at: number, extension: number, payload: Uint8Array): void {
  writePrefix(out, at, MESSAGE.extended, 1 + payload.length)
  out[at + 5] = extension
  out.set(payload, at + EXTENDED_HEADER_SIZE)
}
