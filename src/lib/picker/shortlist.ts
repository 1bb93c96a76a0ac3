// The next pieces to take from one peer, found by reading all of its bitfield once. For a peer that lacks most of the rare
// pieces: once what it has of them is taken, every look into the low buckets would pass over the rest again.
import type { Bitfield } from '../base/bitfield.ts'
import { randomIndex, shuffle } from './random.ts'
import { forEachPiece } from './bits.ts'

const MIN_LENGTH = 256
/** Pieces of the torrent that each entry of a list pays for: about a microsecond's reading. */
const PIECES_PER_ENTRY = 256

export class Shortlist {
  /** The best last. */
  readonly #pieces: number[]
  /** The owner's count of changes when the list was made. */
  readonly #madeAt: number

  /** The lowest of `rankOf` among the pieces that are in both bitfields; ties are random. O(pieces). */
  constructor(has: Bitfield, offered: Bitfield, rankOf: (piece: number) => number, random: () => number, now: number) {
    const byRank: number[][] = []
    forEachPiece(has, piece => {
      if (!offered.has(piece)) return
      const rank = rankOf(piece)
      while (byRank.length <= rank) byRank.push([])
      byRank[rank]?.push(piece)
    })
    const length = Math.max(MIN_LENGTH, Math.ceil(has.length / PIECES_PER_ENTRY))
    const best: number[] = []
    for (const pieces of byRank) {
      if (best.length >= length) break
      for (const piece of sample(pieces, length - best.length, random)) best.push(piece)
    }
    this.#pieces = best.reverse()
    this.#madeAt = now
  }

  /** Changes since the list was made. */
  age(now: number): number {
    return now - this.#madeAt
  }

  /** The best piece that is still on offer. O(1) amortised. */
  best(offered: Bitfield): number | undefined {
    let piece = this.#pieces.at(-1)
    while (piece !== undefined && !offered.has(piece)) {
      this.#pieces.pop()
      piece = this.#pieces.at(-1)
    }
    return piece
  }
}

/** Up to `count` of the items, at random and in random order; the items lose their order. */
function sample(items: number[], count: number, random: () => number): readonly number[] {
  if (count >= items.length) return shuffle(items, random)
  for (let at = 0; at < count; at++) {
    const other = at + randomIndex(items.length - at, random)
    const item = items[at] ?? 0
    items[at] = items[other] ?? 0
    items[other] = item
  }
  return items.slice(0, count)
}
