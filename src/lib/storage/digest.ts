// The hash of a stretch of the content as it is on the disk. Bytes that lie in one file are read by the thread that hashes
// them and never reach this one; only what is spread over files is gathered here first.
import type { OwnedBytes } from '../base/bytes.ts'
import type { FileStore } from './files.ts'
import type { Hasher } from './hasher.ts'

/** Bytes under way at once: enough to keep eight threads busy. */
const BYTES_AHEAD = 33_554_432
/** Pieces under way at once at most, and at least. */
const MOST_AHEAD = 256
const LEAST_AHEAD = 2

/** Memory that is made when it is first needed, and used again. */
export class Scratch {
  #memory: ArrayBuffer | undefined

  take(length: number): OwnedBytes {
    const memory = this.#memory !== undefined && this.#memory.byteLength >= length ? this.#memory : undefined
    this.#memory = undefined
    return memory === undefined ? new Uint8Array(length) : new Uint8Array(memory, 0, length)
  }

  keep(data: OwnedBytes): void {
    this.#memory = data.buffer
  }
}

/** How many pieces of this length to hash at the same time; each may need a buffer of that length. */
export function piecesAhead(pieceLength: number): number {
  return Math.max(LEAST_AHEAD, Math.min(MOST_AHEAD, Math.floor(BYTES_AHEAD / pieceLength)))
}

/**
 * SHA-1, 20 bytes, of `length` bytes from `offset`.
 * @param scratch memory for a caller that makes one call at a time.
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
  const memory = scratch.take(length)
  if ((await store.tryRead(offset, length, memory)) === 'missing') {
    scratch.keep(memory)
    return 'missing'
  }
  const { digest, data } = await hasher.digest(memory)
  scratch.keep(data)
  return digest
}
