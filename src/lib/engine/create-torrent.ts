// A .torrent file from a file or folder on the disk.
import { choosePieceLength, buildTorrent, type OuterParts } from '../metainfo/create.ts'
import { hashPath, type HashedPath } from '../storage/hash-path.ts'

export interface CreateOptions extends OuterParts {
  /** Bytes; chosen by the size of the content by default. */
  readonly pieceLength?: number
  /** BEP 27. */
  readonly private?: boolean
  readonly source?: string
  readonly signal?: AbortSignal
  /** Pieces hashed, of all. */
  readonly onProgress?: (progress: { readonly hashed: number; readonly total: number }) => void
}

export interface CreatedTorrent {
  /** The .torrent file. */
  readonly bytes: Uint8Array
  readonly content: HashedPath
}

/** @throws BtError INPUT_UNREADABLE, DISK_*, or the signal's reason */
export async function createTorrent(path: string, options: CreateOptions = {}): Promise<CreatedTorrent> {
  const { pieceLength, signal, onProgress, ...parts } = options
  const content = await hashPath(path, {
    pieceLength: pieceLength ?? choosePieceLength,
    ...(signal !== undefined && { signal }),
    ...(onProgress !== undefined && { onProgress }),
  })
  return { bytes: buildTorrent({ ...parts, ...content }), content }
}
