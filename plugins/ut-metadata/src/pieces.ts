// The metadata in transfer: pieces of 16 KiB, all but the last of full length (BEP 9 "metadata"). They have nothing to do
// with the pieces of the torrent's content.

/** Bytes (BEP 9 "metadata"). */
export const METADATA_PIECE_LENGTH = 16_384

/** @param size of the metadata, in bytes. */
export function metadataPieceCount(size: number): number {
  return Math.ceil(size / METADATA_PIECE_LENGTH)
}

/** Bytes of that piece. `index` must be one of the `metadataPieceCount(size)` pieces. */
export function metadataPieceLength(size: number, index: number): number {
  return Math.min(METADATA_PIECE_LENGTH, size - index * METADATA_PIECE_LENGTH)
}
