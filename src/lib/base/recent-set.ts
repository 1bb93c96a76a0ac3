// A set that others can make us add to: it never has more than its limit, and what was added longest ago goes first.

export class RecentSet<T> {
  readonly #limit: number
  readonly #items = new Set<T>()

  /** @param limit at least 1. */
  constructor(limit: number) {
    this.#limit = limit
  }

  /** The newest from here on, whether or not it was in it. */
  add(item: T): void {
    this.#items.delete(item)
    this.#items.add(item)
    if (this.#items.size <= this.#limit) return
    for (const oldest of this.#items) {
      this.#items.delete(oldest)
      return
    }
  }

  has(item: T): boolean {
    return this.#items.has(item)
  }
}
