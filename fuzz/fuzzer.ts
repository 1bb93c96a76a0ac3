// Mutation led by outcomes: an input whose result is of a kind not seen before joins the corpus. The course of a run follows
// from the target, the seed and the number of executions alone.
import { fromLatin1 } from '../src/lib/base/bytes.ts'
import { Failure, Judge } from './judge.ts'
import { mutateBencode } from './mutate-bencode.ts'
import { Mutator } from './mutate.ts'
import { Random } from './random.ts'
import type { Target } from './target.ts'

const DEFAULT_MAX_LENGTH = 2048
/** Of so many executions, one is measured. */
const MEASURED = 32
/** Inputs kept besides the seeds; a target with more kinds of results than this describes them too finely. */
const MAX_CORPUS = 4000

export interface Found {
  readonly input: Uint8Array
  readonly failure: Failure
  /** Which execution it was. */
  readonly execution: number
}

export class Fuzzer {
  readonly #target: Target
  readonly #judge: Judge
  readonly #random: Random
  readonly #mutator: Mutator
  readonly #words: readonly Uint8Array[]
  readonly #corpus: [Uint8Array, ...Uint8Array[]]
  readonly #outcomes = new Set<string>()
  #seeded = 0

  /** @param seed 0 to 2⁵³ − 1. */
  constructor(target: Target, seed: number) {
    this.#target = target
    this.#judge = new Judge(target, MEASURED)
    this.#random = new Random(seed)
    this.#mutator = new Mutator(this.#random, target.maxLength ?? DEFAULT_MAX_LENGTH)
    this.#words = (target.words ?? []).map(fromLatin1)
    this.#corpus = [...target.seeds]
  }

  get executions(): number {
    return this.#judge.executions
  }

  /** Kinds of results seen. */
  get outcomes(): number {
    return this.#outcomes.size
  }

  /** The next input: a seed as long as there are any not yet run, then mutations. */
  next(): Uint8Array {
    const seed = this.#target.seeds[this.#seeded]
    if (seed !== undefined) {
      this.#seeded++
      return seed
    }
    const parent = this.#parent()
    const other = this.#random.pick(this.#corpus)
    const byValue = this.#target.bencoded === true && this.#random.below(2) === 0
    const changed = byValue ? mutateBencode(parent, other, this.#words, this.#random) : undefined
    const limit = this.#target.maxLength ?? DEFAULT_MAX_LENGTH
    if (changed !== undefined && changed.length <= limit) return changed
    return this.#mutator.mutate(parent, { other, words: this.#words })
  }

  /** @returns what is wrong, if anything is. */
  execute(input: Uint8Array): Found | undefined {
    try {
      const outcome = this.#judge.execute(input)
      if (!this.#outcomes.has(outcome)) this.#keep(input, outcome)
      return undefined
    } catch (error) {
      if (error instanceof Failure) return { input, failure: error, execution: this.executions }
      throw error
    }
  }

  #keep(input: Uint8Array, outcome: string): void {
    if (this.#outcomes.size >= MAX_CORPUS) return
    this.#outcomes.add(outcome)
    if (this.executions > this.#target.seeds.length) this.#corpus.push(input)
  }

  /** Mostly anyone of the corpus; at times one of the newest, which have been tried least. */
  #parent(): Uint8Array {
    const newest = Math.min(16, this.#corpus.length)
    const index = this.#random.below(4) === 0 ? this.#corpus.length - 1 - this.#random.below(newest) : undefined
    return (index === undefined ? undefined : this.#corpus[index]) ?? this.#random.pick(this.#corpus)
  }
}
