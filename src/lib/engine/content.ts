// Where a torrent's bytes live while it runs. The engine keeps them in files; a probe may keep one piece in memory.
import type { SharedBytes } from '../base/bytes.ts'
import type { Kept } from '../storage/content-file.ts'

/** The bytes of a torrent, one file after the other as its info dictionary lists them. */
export interface Content {
  /** Fills the parts, in order, with the bytes from `offset` of the content. @throws BtError DISK_… */
  readInto(offset: number, parts: readonly Uint8Array[]): Promise<void>
  /** A verified piece, to be kept at `offset` of the content. The data is borrowed until the promise settles. */
  write(offset: number, data: Uint8Array): Promise<void>
  /**
   * A piece, to be kept at `offset` if this is its hash, by a thread that does both.
   * @returns `left`: nothing was done, it is to be hashed and written in the ordinary way
   */
  keep?(offset: number, data: SharedBytes, hash: Uint8Array): Promise<Kept>
  /** Whether a piece that could not be read is right again. For content of which nothing is wanted. @throws BtError DISK_… */
  readonly isRight?: (piece: number) => Promise<boolean>
}
