// A block is the unit of request and transfer: at most 16 KiB inside one piece.

/** 16 KiB, what every client asks for; larger requests are dropped by most (BEP 3 "request"). */
export const BLOCK_LENGTH = 16_384

export interface Block {
  readonly piece: number
  /** Bytes from the start of the piece. */
  readonly offset: number
  /** Bytes, 1 to 16,384. */
  readonly length: number
}
