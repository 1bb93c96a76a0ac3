// Reproducible chance: one seed gives one course of a run, on any machine (sfc32, of the PractRand suite).

export class Random {
  #a: number
  #b: number
  #c = 0
  #counter = 1

  constructor(seed: number) {
    this.#a = seed >>> 0
    this.#b = Math.floor(seed / 2 ** 32) >>> 0
    // Two seeds that differ in a bit agree in their first numbers; from here on in none.
    for (let round = 0; round < 15; round++) this.uint32()
  }

  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0
    return result >>> 0
  }

  /** 0 to `limit` − 1; 0 where the limit is 0. */
  below(limit: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * limit)
  }

  /** 1 half of the time, 2 a quarter of it, and so on, up to `most`. */
  few(most: number): number {
    let count = 1
    while (count < most && this.uint32() < 2 ** 31) count++
    return count
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0]
  }
}
