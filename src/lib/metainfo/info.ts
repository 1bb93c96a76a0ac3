// What an info dictionary says, once every bound has been checked: names are safe, lengths are exact, hashes are all there.
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH, type InfoHash } from '../base/ids.ts'

/** One file of a torrent. */
export interface FileEntry {
  /** Safe elements, relative to the torrent's folder; of a single-file torrent `[name]`. */
  readonly path: readonly string[]
  /** Bytes. */
  readonly length: number
  /** Bytes from the start of the content: in v1 order and padding included, in a v2-only torrent aligned to pieces. */
  readonly offset: number
  /** Zeros that align the next file and are never written (BEP 47, attr `p`). */
  readonly padding: boolean
  /** The target of a symbolic link (BEP 47, attr `l`), relative to the torrent's folder. Never leads out of it. */
  readonly symlink?: readonly string[]
  /** BEP 47, attr `x`. */
  readonly executable?: boolean
  /** 32 bytes: the root of the file's Merkle tree (BEP 52); absent in v1 torrents and for empty files. */
  readonly piecesRoot?: Uint8Array
}

/** An info dictionary that was checked: what a torrent consists of. Lengths are bytes. */
export interface Info {
  readonly version: 'v1' | 'hybrid' | 'v2'
  /** Safe as the name of a file or folder. */
  readonly name: string
  readonly singleFile: boolean
  /** Bytes of every piece but the last. */
  readonly pieceLength: number
  /** Bytes that the pieces cover, padding included. */
  readonly totalLength: number
  readonly pieceCount: number
  /** BEP 27: peers only from the torrent's own trackers. */
  readonly private: boolean
  /** Set by private trackers to give a torrent an info-hash of their own. */
  readonly source?: string
  readonly files: readonly FileEntry[]
  /** 20 bytes a piece (SHA-1); empty in a v2-only torrent. */
  readonly pieces: Uint8Array
  /** SHA-1 of `raw`; in a v2-only torrent the first 20 bytes of its SHA-256. */
  readonly infoHash: InfoHash
  /** 32 bytes: SHA-256 of `raw`, in hybrid and v2 torrents. */
  readonly infoHashV2?: Uint8Array
  /** The info dictionary as it stood, byte for byte. */
  readonly raw: Uint8Array
}

/**
 * The SHA-1 of one piece: a view of 20 bytes.
 * @throws BtError UNSUPPORTED_TORRENT for a v2-only torrent, which has none; INTERNAL for an index that is out of range.
 */
export function pieceHash(info: Info, index: number): Uint8Array {
  if (info.version === 'v2') {
    throw new BtError('UNSUPPORTED_TORRENT', `"${info.name}" is a v2-only torrent: its pieces have no SHA-1 hashes`)
  }
  if (!Number.isInteger(index) || index < 0 || index >= info.pieceCount) {
    throw new BtError('INTERNAL', `piece ${index} is outside a torrent of ${info.pieceCount} pieces`)
  }
  return info.pieces.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH)
}
