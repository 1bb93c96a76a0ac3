// Every tracker stands in exactly one tier, and the order of a tier is the order in which its trackers are tried (BEP 12).
import { TrackerRecord } from './tracker-record.ts'

export class Tiers {
  readonly #tiers: TrackerRecord[][] = []
  readonly #random: () => number

  /** `random`: a number in [0, 1); each tier is shuffled once. A URL named again is left out. */
  constructor(tiers: readonly (readonly string[])[], random: () => number) {
    this.#random = random
    for (const urls of tiers) this.add(urls)
  }

  /** Appends a tier of those URLs that are new, shuffled. */
  add(urls: readonly string[]): void {
    const known = new Set(Array.from(this.inOrder(), tracker => tracker.url))
    const fresh = [...new Set(urls)].filter(url => !known.has(url)).map(url => new TrackerRecord(url))
    if (fresh.length > 0) this.#tiers.push(shuffle(fresh, this.#random))
  }

  /** The trackers in the order in which an announce tries them. */
  *inOrder(): Generator<TrackerRecord, void, undefined> {
    for (const tier of this.#tiers) yield* tier
  }

  /** The trackers with the index of their tier. */
  *entries(): Generator<readonly [number, TrackerRecord], void, undefined> {
    for (const [index, tier] of this.#tiers.entries()) for (const tracker of tier) yield [index, tracker]
  }

  /** Moves a tracker that answered to the front of its tier. */
  promote(tracker: TrackerRecord): void {
    for (const tier of this.#tiers) {
      const at = tier.indexOf(tracker)
      if (at > 0) tier.unshift(...tier.splice(at, 1))
    }
  }
}

/** Fisher–Yates, in place. */
function shuffle<T>(items: T[], random: () => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const a = items[i]
    const b = items[j]
    if (a === undefined || b === undefined) break
    items[i] = b
    items[j] = a
  }
  return items
}
