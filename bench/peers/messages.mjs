// The few messages of BEP 3 that the benchmark's own peers send.

export const UNCHOKE = 1
export const INTERESTED = 2
export const BITFIELD = 5
export const REQUEST = 6
export const PIECE = 7

/** @returns {Buffer} length prefix, id and payload */
export function message(id, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(payload.length + 1)
  head[4] = id
  return Buffer.concat([head, payload])
}

export function request(piece, offset, length) {
  const payload = Buffer.alloc(12)
  for (const [index, value] of [piece, offset, length].entries()) payload.writeUInt32BE(value, index * 4)
  return message(REQUEST, payload)
}

/** A bitfield from bytes of which the spare bits at the end have to be 0. */
export function bitfield(bits, pieceCount) {
  if (pieceCount % 8 !== 0) bits[bits.length - 1] &= 0xff << (8 - (pieceCount % 8))
  return message(BITFIELD, bits)
}
