// Memory for the runs of all torrents of one engine, used again once they are sent: however many torrents are seeded, no more of it
// is kept than a few fast peers keep busy. A buffer is either free, or lent to the one run it was given out for; with a run that is
// dropped unsent it is gone.
import { MAX_RUN_BLOCKS, MAX_RUN_BYTES } from '../swarm/limits.ts'
import { BLOCK_HEADER_SIZE } from '../wire/message.ts'

const BUFFER_LENGTH = MAX_RUN_BYTES + MAX_RUN_BLOCKS * BLOCK_HEADER_SIZE
/** Shorter runs are a slow peer's, which would keep a large buffer for long. */
const MIN_POOLED = BUFFER_LENGTH / 4
/** Free buffers kept: as many as four fast peers keep busy. */
const MAX_FREE = 16

export class RunBuffers {
  readonly #free: ArrayBuffer[] = []
  readonly #lent = new WeakSet<ArrayBufferLike>()

  /** @param length bytes, at most what a run has. */
  take(length: number): Uint8Array {
    if (length < MIN_POOLED) return Buffer.allocUnsafeSlow(length)
    const buffer = this.#free.pop() ?? Buffer.allocUnsafeSlow(BUFFER_LENGTH).buffer
    this.#lent.add(buffer)
    return new Uint8Array(buffer, 0, length)
  }

  /** The chunk, which may be a run, is not needed any more. */
  recycle(chunk: Uint8Array): void {
    const { buffer } = chunk
    if (this.#lent.delete(buffer) && this.#free.length < MAX_FREE) this.#free.push(buffer as ArrayBuffer)
  }
}
