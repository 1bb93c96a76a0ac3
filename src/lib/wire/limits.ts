// No message is believed in its length before it has passed here, so nothing is allocated for a lie.
import { BLOCK_LENGTH } from '../metainfo/block.ts'
import { MAX_PIECES } from '../metainfo/limits.ts'
import type { CloseReason, WireFault } from './events.ts'
import { MESSAGE, messageName } from './message.ts'

/** Bytes in a request; libtorrent's limit, though nearly everyone asks for 16 KiB (BEP 3 "request"). */
export const MAX_REQUEST_LENGTH = 131_072
/** Bytes of an extension message after the message id, libtorrent's limit. */
export const MAX_EXTENDED_LENGTH = 512_000
/** Payload bytes of a message whose id we do not know, libtorrent's limit for any message. */
export const MAX_UNKNOWN_LENGTH = 1_048_576
/** Lists and dictionaries in one another in an extension handshake; real ones have a depth of 2. */
const MAX_DICT_DEPTH = 32
/** Keys and values of it; real ones have some dozens. */
const MAX_DICT_TOKENS = 2_000
export const EXTENDED_DICT: { readonly maxDepth: number; readonly maxTokens: number } = {
  maxDepth: MAX_DICT_DEPTH,
  maxTokens: MAX_DICT_TOKENS,
}

/**
 * What is wrong with a message of this id having so many payload bytes; undefined: nothing.
 * A block of more than 16 KiB was never asked for, and one of no bytes is none.
 * @param fast whether both ends speak BEP 6; else its messages end the connection, as it demands of each.
 */
export function lengthFault(
  id: number,
  length: number,
  pieceCount: number | undefined,
  fast: boolean,
): WireFault | undefined {
  switch (id) {
    case MESSAGE.piece:
      return between(id, length, 9, 8 + BLOCK_LENGTH)
    case MESSAGE.choke:
    case MESSAGE.unchoke:
    case MESSAGE.interested:
    case MESSAGE.notInterested:
      return between(id, length, 0, 0)
    case MESSAGE.have:
      return between(id, length, 4, 4)
    case MESSAGE.request:
    case MESSAGE.cancel:
      return between(id, length, 12, 12)
    case MESSAGE.port:
      return between(id, length, 2, 2)
    case MESSAGE.bitfield: {
      if (pieceCount === undefined) return between(id, length, 0, MAX_PIECES / 8)
      const exact = Math.ceil(pieceCount / 8)
      return between(id, length, exact, exact)
    }
    case MESSAGE.haveAll:
    case MESSAGE.haveNone:
      return fast ? between(id, length, 0, 0) : notFast(id)
    case MESSAGE.suggestPiece:
    case MESSAGE.allowedFast:
      return fast ? between(id, length, 4, 4) : notFast(id)
    case MESSAGE.rejectRequest:
      return fast ? between(id, length, 12, 12) : notFast(id)
    case MESSAGE.extended:
      return between(id, length, 1, MAX_EXTENDED_LENGTH)
    default:
      return between(id, length, 0, MAX_UNKNOWN_LENGTH)
  }
}

/** For a request, or the cancel of one, of `length` bytes. Whether it lies inside the piece is for the swarm to see. */
export function requestFault(id: number, length: number): WireFault | undefined {
  if (length >= 1 && length <= MAX_REQUEST_LENGTH) return undefined
  return fault('bad-message', `${messageName(id)} of ${length} bytes; expected 1 to ${MAX_REQUEST_LENGTH}`)
}

/** @param pieceCount as many as a torrent may have stand in for it while it is not known. */
export function haveFault(piece: number, pieceCount: number = MAX_PIECES): WireFault | undefined {
  if (piece < pieceCount) return undefined
  return fault('bad-message', `have of piece ${piece}; pieces are numbered 0 to ${pieceCount - 1}`)
}

/** For a bitfield whose length has passed `lengthFault`: BEP 3 wants its spare bits to be zero. */
export function bitfieldFault(bytes: Uint8Array, pieceCount: number | undefined): WireFault | undefined {
  const spare = pieceCount === undefined ? 0 : bytes.length * 8 - pieceCount
  if (((bytes.at(-1) ?? 0) & ((1 << spare) - 1)) === 0) return undefined
  return fault('bad-message', `bitfield with spare bits set; there are ${pieceCount} pieces`)
}

function between(id: number, length: number, least: number, most: number): WireFault | undefined {
  if (length >= least && length <= most) return undefined
  const expected = least === most ? `${least}` : `${least} to ${most}`
  return fault('bad-length', `${messageName(id)} with ${length} bytes of payload; expected ${expected}`)
}

function notFast(id: number): WireFault {
  return fault('bad-message', `${messageName(id)}, though the connection is without the fast extension`)
}

function fault(reason: CloseReason, detail: string): WireFault {
  return { reason, detail }
}
