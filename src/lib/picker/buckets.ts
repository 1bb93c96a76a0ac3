// A piece stands in at most one bucket, at the place that `#places` says; a bucket has no gaps and no order.
import type { Bitfield } from '../base/bitfield.ts'
import { randomIndex } from './random.ts'

export class Buckets {
  readonly #places: Uint32Array
  #buckets: number[][] = []

  constructor(pieceCount: number) {
    this.#places = new Uint32Array(pieceCount)
  }

  /** How many pieces are in bucket `rank`. */
  size(rank: number): number {
    return this.#buckets[rank]?.length ?? 0
  }

  /** O(1), amortised. */
  insert(piece: number, rank: number): void {
    while (this.#buckets.length <= rank) this.#buckets.push([])
    const bucket = this.#buckets[rank] ?? []
    this.#places[piece] = bucket.length
    bucket.push(piece)
  }

  /** Takes a piece out of the bucket that it is in. O(1). */
  remove(piece: number, rank: number): void {
    const bucket = this.#buckets[rank] ?? []
    const place = this.#places[piece] ?? 0
    const last = bucket.pop() ?? piece
    if (last === piece) return
    bucket[place] = last
    this.#places[last] = place
  }

  /** Empties all buckets. @returns what was in them. */
  drain(): readonly number[] {
    const pieces = this.#buckets.flat()
    this.#buckets = []
    return pieces
  }

  /**
   * A piece of the lowest possible bucket, from `rank` up, that is in `has`. Every bucket is read round from a random
   * place: from its start, what a peer lacks would be passed over again and again.
   * @returns `gave up` after `looks` pieces that are not in `has`.
   */
  find(has: Bitfield, rank: number, looks: number, random: () => number): number | 'nothing' | 'gave up' {
    let misses = 0
    for (let at = rank; at < this.#buckets.length; at++) {
      const bucket = this.#buckets[at] ?? []
      if (bucket.length === 0) continue
      let place = randomIndex(bucket.length, random)
      for (let left = bucket.length; left > 0; left--) {
        const piece = bucket[place] ?? 0
        if (has.has(piece)) return piece
        misses++
        if (misses === looks) return 'gave up'
        place = place + 1 === bucket.length ? 0 : place + 1
      }
    }
    return 'nothing'
  }
}
