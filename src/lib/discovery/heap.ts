// A binary heap: no item comes before its parent.

/** A queue whose `peek` is the item that `before` puts first; push and pop take O(log n). */
export class Heap<T> {
  readonly #items: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    let index = this.#items.push(item) - 1
    while (index > 0) {
      const parentIndex = (index - 1) >> 1
      const parent = this.#items[parentIndex]
      if (parent === undefined || !this.#before(item, parent)) break
      this.#items[index] = parent
      index = parentIndex
    }
    this.#items[index] = item
  }

  pop(): T | undefined {
    const first = this.#items[0]
    const last = this.#items.pop()
    if (last !== undefined && this.#items.length > 0) this.#sink(last)
    return first
  }

  /** Puts the item at the root and lets it down to its place. */
  #sink(item: T): void {
    let index = 0
    for (;;) {
      const childIndex = this.#firstChild(index)
      const child = this.#items[childIndex]
      if (child === undefined || !this.#before(child, item)) break
      this.#items[index] = child
      index = childIndex
    }
    this.#items[index] = item
  }

  #firstChild(index: number): number {
    const left = 2 * index + 1
    const leftItem = this.#items[left]
    const rightItem = this.#items[left + 1]
    const rightFirst = leftItem !== undefined && rightItem !== undefined && this.#before(rightItem, leftItem)
    return rightFirst ? left + 1 : left
  }
}
