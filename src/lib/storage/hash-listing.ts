// The files of this machine that are to be a torrent, hashed: the SHA-1 of every piece. The files' bytes, and all that is
// asked of the system for them, stay with the threads that hash.
import { join } from 'node:path'
import { BtError } from '../base/errors.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import { concurrently } from './concurrently.ts'
import { piecesAhead } from './digest.ts'
import { diskError } from './disk-error.ts'
import type { FileParts } from './hash-worker.ts'
import { Hasher } from './hasher.ts'
import type { Listing } from './list-path.ts'

/** How far the hashing is. */
export interface HashProgress {
  /** Pieces done, of `total`. */
  readonly hashed: number
  readonly total: number
  /** Bytes of all pieces. */
  readonly totalLength: number
}

export interface HashOptions {
  /** Bytes. */
  readonly pieceLength: number
  /** Threads that hash; as many as there are cores by default. */
  readonly threads?: number
  /** Pieces at the same time at most. */
  readonly concurrency?: number
  /** @throws its reason from `hashListing` once aborted */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: HashProgress) => void
}

interface Piece {
  readonly index: number
  readonly length: number
  readonly parts: FileParts
}

/**
 * 20 bytes a piece (BEP 3 "pieces"). Changes nothing on the disk.
 * @throws BtError INPUT_UNREADABLE where a file changed since it was listed: pieces of two versions would match neither;
 * DISK_* where one can not be read
 */
export async function hashListing(listing: Listing, options: HashOptions): Promise<Uint8Array> {
  const { totalLength } = listing
  const { pieceLength, concurrency = Infinity, signal, onProgress } = options
  const total = Math.ceil(totalLength / pieceLength)
  const pieces = new Uint8Array(total * HASH_LENGTH)
  const hasher = new Hasher(options.threads)
  let hashed = 0
  const hash = async ({ index, parts, length }: Piece): Promise<void> => {
    signal?.throwIfAborted()
    const digest = await digestOf(hasher, parts, length)
    pieces.set(digest, index * HASH_LENGTH)
    hashed++
    onProgress?.({ hashed, total, totalLength })
  }
  try {
    await concurrently(piecesOf(listing, pieceLength), Math.min(concurrency, piecesAhead(pieceLength)), () => hash)
    return pieces
  } finally {
    await hasher.close()
  }
}

async function digestOf(hasher: Hasher, parts: FileParts, length: number): Promise<Uint8Array> {
  const digest = await hasher.digestParts(parts, length).catch((error: unknown) => {
    const { path = '' } = error as NodeJS.ErrnoException
    throw diskError(error, path, 'read')
  })
  if (digest instanceof Uint8Array) return digest
  throw new BtError(
    'INPUT_UNREADABLE',
    `"${digest.changed}" changed while it was being hashed; try again when it is at rest`,
  )
}

function* piecesOf({ root, singleFile, files, totalLength }: Listing, pieceLength: number): Generator<Piece> {
  let file = 0
  let position = 0
  for (let index = 0; index * pieceLength < totalLength; index++) {
    const length = Math.min(pieceLength, totalLength - index * pieceLength)
    const paths: string[] = []
    const numbers: number[] = []
    for (let left = length; left > 0;) {
      const { path = [], length: size = 0, mtimeMs = 0 } = files[file] ?? {}
      const part = Math.min(left, size - position)
      // Also of an empty file, which is to be there, and empty.
      paths.push(singleFile ? root : join(root, ...path))
      numbers.push(position, part, size, mtimeMs)
      left -= part
      position += part
      if (position === size) {
        file++
        position = 0
      }
    }
    yield { index, length, parts: { paths: paths.join('\0'), numbers: new Float64Array(numbers) } }
  }
}
