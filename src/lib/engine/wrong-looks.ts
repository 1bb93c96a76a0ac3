// When a piece that was wrong is worth hashing again: at once where its files look other than they did, and otherwise ever more
// rarely, but for good. How a file looks may be settled when a long write to it begins, and what was hashed half-way is then
// right, without a sign, at its end; it is noticed within twice the time that this took.

interface Wrong {
  readonly stamp: string
  /** Looks since then that found it the same. */
  same: number
}

export class WrongLooks {
  readonly #wrong = new Map<number, Wrong>()

  /** A look at the files of a piece. @returns whether to hash it */
  isDue(piece: number, stamp: string): boolean {
    const wrong = this.#wrong.get(piece)
    if (wrong?.stamp !== stamp) return true
    wrong.same++
    return Number.isInteger(Math.log2(wrong.same))
  }

  /** It was hashed when its files looked so. */
  hashed(piece: number, stamp: string, right: boolean): void {
    if (right) this.#wrong.delete(piece)
    else if (this.#wrong.get(piece)?.stamp !== stamp) this.#wrong.set(piece, { stamp, same: 0 })
  }
}
