// The hash of a stretch of the content as it is on the disk. Bytes that lie in one file are read by the thread that hashes
// them and never reach this one; only what is spread over files is gathered here first.
import type { FileStore } from './files.ts'
import type { Hasher } from './hasher.ts'
import { Scratch } from './scratch.ts'

/** Bytes under way at once: two batches (hasher.ts) for each of eight threads. */
const BYTES_AHEAD = 67_108_864
/** Of these, bytes that are spread over files and so need memory here. To open the files takes longer than to hash them. */
const SPREAD_AHEAD = 8_388_608
/** Pieces under way at once at most, and at least. */
const MOST_AHEAD = 256
const LEAST_AHEAD = 2

/** How many pieces of this length to hash at the same time. */
export function piecesAhead(pieceLength: number): number {
  return Math.max(LEAST_AHEAD, Math.min(MOST_AHEAD, Math.floor(BYTES_AHEAD / pieceLength)))
}

/** Memory for `digestRange`, shared by calls at the same time. */
export function digestScratch(pieceLength: number): Scratch {
  return new Scratch(Math.max(SPREAD_AHEAD, LEAST_AHEAD * pieceLength))
}

/**
 * SHA-1, 20 bytes, of `length` bytes from `offset`.
 * @param scratch of `digestScratch`
 * @returns `missing` where a file is not there or ends too early
 * @throws BtError DISK_*
 */
export async function digestRange(
  store: FileStore,
  hasher: Hasher,
  range: { readonly offset: number; readonly length: number },
  scratch: Scratch,
): Promise<Uint8Array | 'missing'> {
  const { offset, length } = range
  const whole = await store.digestInOneFile(offset, length, hasher)
  if (whole !== 'spread') return whole
  return scratch.use<Uint8Array | 'missing'>(length, async memory => {
    const read = await store.tryRead(offset, length, memory)
    return read === 'missing' ? read : hasher.digest(memory)
  })
}
