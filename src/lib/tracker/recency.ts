// Values stand in the order in which they were last touched, so the one silent longest is always at hand in O(1).

/** A value's place in one list; only the list that made it may change its links. */
export interface Place<T> {
  readonly value: T
  older: Place<T> | undefined
  newer: Place<T> | undefined
}

/** A doubly linked list: unlike a Map's insertion order it finds its first value in O(1) after many removals too. */
export class Recency<T> {
  #oldest: Place<T> | undefined
  #newest: Place<T> | undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  get oldest(): T | undefined {
    return this.#oldest?.value
  }

  /** Adds the value as the newest. */
  add(value: T): Place<T> {
    const place: Place<T> = { value, older: undefined, newer: undefined }
    this.#append(place)
    return place
  }

  /** Makes the value the newest again. */
  touch(place: Place<T>): void {
    if (place === this.#newest) return
    this.remove(place)
    this.#append(place)
  }

  remove(place: Place<T>): void {
    if (place.older === undefined) this.#oldest = place.newer
    else place.older.newer = place.newer
    if (place.newer === undefined) this.#newest = place.older
    else place.newer.older = place.older
    place.older = undefined
    place.newer = undefined
    this.#size--
  }

  /** From the oldest on; not to be changed meanwhile. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let place = this.#oldest; place !== undefined; place = place.newer) yield place.value
  }

  #append(place: Place<T>): void {
    place.older = this.#newest
    if (this.#newest === undefined) this.#oldest = place
    else this.#newest.newer = place
    this.#newest = place
    this.#size++
  }
}
