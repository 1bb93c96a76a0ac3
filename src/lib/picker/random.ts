// Randomness comes in as `random`, a function like Math.random, so that a seed reproduces every decision.

/** A uniform index below `length`, which is at least 1. */
export function randomIndex(length: number, random: () => number): number {
  return Math.floor(random() * length)
}

/** Shuffles in place, uniformly (Fisher and Yates). @returns the same array. */
export function shuffle<T>(items: T[], random: () => number): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const other = randomIndex(last + 1, random)
    const item = items[last] as T
    items[last] = items[other] as T
    items[other] = item
  }
  return items
}
