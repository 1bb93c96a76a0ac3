// One try at assembling metadata of one size. A piece is either missing or held with the source that gave it; memory grows
// with what arrived, not with the size that was claimed.
import { METADATA_PIECE_LENGTH, metadataPieceCount } from './pieces.ts'
import type { MetadataSource } from './source.ts'

interface HeldPiece {
  readonly bytes: Uint8Array
  readonly from: MetadataSource
}

export class Attempt {
  /** Bytes of the whole metadata. */
  readonly size: number
  /** The only source that this attempt takes pieces from; undefined: all that claim the size. */
  readonly sole: MetadataSource | undefined
  readonly startedAt: number
  readonly #missing: Set<number>
  readonly #held = new Map<number, HeldPiece>()

  constructor(size: number, sole: MetadataSource | undefined, now: number) {
    this.size = size
    this.sole = sole
    this.startedAt = now
    this.#missing = new Set(Array.from({ length: metadataPieceCount(size) }, (_, piece) => piece))
  }

  takesFrom(source: MetadataSource): boolean {
    return source.size === this.size && (this.sole === undefined || this.sole === source)
  }

  get complete(): boolean {
    return this.#missing.size === 0
  }

  /** @param bytes of the piece's exact length; copied. A piece that is held stays as it is. */
  store(piece: number, bytes: Uint8Array, from: MetadataSource): void {
    if (this.#missing.delete(piece)) this.#held.set(piece, { bytes: bytes.slice(), from })
  }

  /**
   * What to ask the source for: the first missing piece that no source is asked for. An idle source shares a piece with one
   * other, so that the last pieces do not wait for a slow peer's time-out.
   */
  nextFor(source: MetadataSource, askers: ReadonlyMap<number, number>): number | undefined {
    let shared: number | undefined
    for (const piece of this.#missing) {
      if (source.declines(piece)) continue
      const count = askers.get(piece) ?? 0
      if (count === 0) return piece
      if (count === 1) shared ??= piece
    }
    return source.outstanding().size === 0 ? shared : undefined
  }

  /** How many sources are asked for each piece; a piece that nobody is asked for has no entry. */
  countAskers(sources: Iterable<MetadataSource>): Map<number, number> {
    const askers = new Map<number, number>()
    for (const source of sources) {
      if (!this.takesFrom(source)) continue
      for (const piece of source.outstanding().keys()) askers.set(piece, (askers.get(piece) ?? 0) + 1)
    }
    return askers
  }

  /** The whole; only of a complete attempt. */
  assemble(): Uint8Array {
    const whole = new Uint8Array(this.size)
    for (const [piece, { bytes }] of this.#held) whole.set(bytes, piece * METADATA_PIECE_LENGTH)
    return whole
  }

  contributors(): ReadonlySet<MetadataSource> {
    return new Set([...this.#held.values()].map(({ from }) => from))
  }
}
