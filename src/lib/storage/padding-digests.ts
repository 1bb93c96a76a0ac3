// The hashes of pieces that are padding and nothing else. All of one length are alike, so each length is hashed once: a
// torrent of a few kilobytes can claim an exabyte of them.
import { sharedBytes } from '../base/bytes.ts'
import type { Hasher } from './hasher.ts'

export class PaddingDigests {
  readonly #hasher: Hasher
  /** By length in bytes. */
  readonly #digests = new Map<number, Promise<Uint8Array>>()

  constructor(hasher: Hasher) {
    this.#hasher = hasher
  }

  /** SHA-1, 20 bytes, of so many zeros. */
  of(length: number): Promise<Uint8Array> {
    let digest = this.#digests.get(length)
    if (digest === undefined) {
      digest = this.#hasher.digest(sharedBytes(length))
      this.#digests.set(length, digest)
    }
    return digest
  }
}
