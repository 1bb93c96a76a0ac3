// Where a torrent's bytes live while it runs. The engine keeps them in files; a probe may keep one piece in memory.

/** The bytes of a torrent, one file after the other as its info dictionary lists them. */
export interface Content {
  /** Fills the parts, in order, with the bytes from `offset` of the content. @throws BtError DISK_… */
  readInto(offset: number, parts: readonly Uint8Array[]): Promise<void>
  /** A verified piece, to be kept at `offset` of the content. The data is borrowed until the promise settles. */
  write(offset: number, data: Uint8Array): Promise<void>
}
