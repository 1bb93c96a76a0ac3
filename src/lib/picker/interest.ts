// `needed` is always what is wanted and not verified.
import type { Bitfield } from '../base/bitfield.ts'
import { firstCommon, minus } from './bits.ts'

export class Interest {
  readonly #have: Bitfield
  readonly #wanted: Bitfield
  readonly #needed: Bitfield
  /** A piece that made the peer interesting when last asked. */
  readonly #witnesses = new WeakMap<Bitfield, number>()

  constructor(wanted: Bitfield, have: Bitfield) {
    this.#have = have
    this.#wanted = wanted.clone()
    this.#needed = minus(wanted, have)
  }

  get needed(): Bitfield {
    return this.#needed
  }

  verified(piece: number): void {
    this.#have.set(piece)
    this.#needed.clear(piece)
  }

  lost(piece: number): void {
    this.#have.clear(piece)
    if (this.#wanted.has(piece)) this.#needed.set(piece)
  }

  /** A verified piece is gone, and not to be had again. */
  released(piece: number): void {
    this.#have.clear(piece)
    this.#wanted.clear(piece)
  }

  /** Whether a needed piece is in `bits`; see `Picker.isInteresting` for what it costs. */
  in(bits: Bitfield): boolean {
    if (this.#needed.count === 0 || bits.count === 0) return false
    if (bits.complete) return true
    const witness = this.#witnesses.get(bits) ?? 0
    if (bits.has(witness) && this.#needed.has(witness)) return true
    const found = firstCommon(bits, this.#needed, witness)
    if (found === undefined) return false
    this.#witnesses.set(bits, found)
    return true
  }
}
