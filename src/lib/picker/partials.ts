// `#open` holds exactly the partial pieces that have missing blocks, so that whoever looks for a missing
// block never passes over pieces that have none. Both collections keep the order in which pieces were begun or reopened.
import type { PartialPiece } from './piece.ts'

export class Partials {
  readonly #pieces = new Map<number, PartialPiece>()
  readonly #open = new Set<PartialPiece>()

  get size(): number {
    return this.#pieces.size
  }

  get(piece: number): PartialPiece | undefined {
    return this.#pieces.get(piece)
  }

  /** In the order in which they were begun. */
  all(): Iterable<PartialPiece> {
    return this.#pieces.values()
  }

  /** Those to pick missing blocks from. */
  open(): Iterable<PartialPiece> {
    return this.#open
  }

  add(partial: PartialPiece): void {
    this.#pieces.set(partial.index, partial)
    this.#open.add(partial)
  }

  remove(partial: PartialPiece): void {
    this.#pieces.delete(partial.index)
    this.#open.delete(partial)
  }

  /** Puts a partial piece whose blocks changed where they say. @returns `dropped` where nothing is left of it. */
  file(partial: PartialPiece): 'open' | 'full' | 'dropped' {
    if (partial.missing === partial.blockCount) {
      this.remove(partial)
      return 'dropped'
    }
    if (partial.missing > 0) {
      this.#open.add(partial)
      return 'open'
    }
    this.#open.delete(partial)
    return 'full'
  }
}
