// Bit i (most significant first, BEP 3 "bitfield") says whether piece i is there; spare bits are always zero and
// `count` always equals the number of set bits.
import { BtError } from './errors.ts'

/** Which pieces there are (BEP 3). */
export class Bitfield {
  readonly length: number
  readonly bytes: Uint8Array
  #count = 0

  constructor(length: number) {
    this.length = length
    this.bytes = new Uint8Array(Math.ceil(length / 8))
  }

  /** From its wire form. Undefined where the length is wrong or a spare bit is set (BEP 3 has peers drop such). */
  static from(bytes: Uint8Array, length: number): Bitfield | undefined {
    const field = new Bitfield(length)
    if (bytes.length !== field.bytes.length) return undefined
    field.bytes.set(bytes)
    const spare = field.bytes.length * 8 - length
    if (spare > 0 && ((field.bytes.at(-1) ?? 0) & ((1 << spare) - 1)) !== 0) return undefined
    for (const byte of bytes) field.#count += popcount(byte)
    return field
  }

  static full(length: number): Bitfield {
    const field = new Bitfield(length)
    field.setAll()
    return field
  }

  get count(): number {
    return this.#count
  }

  get complete(): boolean {
    return this.#count === this.length
  }

  has(index: number): boolean {
    return (this.#byteOf(index) & (0x80 >> (index & 7))) !== 0
  }

  /** @returns whether the bit was clear before. */
  set(index: number): boolean {
    this.#check(index)
    if (this.has(index)) return false
    this.bytes[index >> 3] = this.#byteOf(index) | (0x80 >> (index & 7))
    this.#count++
    return true
  }

  /** @returns whether the bit was set before. */
  clear(index: number): boolean {
    this.#check(index)
    if (!this.has(index)) return false
    this.bytes[index >> 3] = this.#byteOf(index) & ~(0x80 >> (index & 7))
    this.#count--
    return true
  }

  setAll(): void {
    this.bytes.fill(0xff)
    const spare = this.bytes.length * 8 - this.length
    if (spare > 0) this.bytes[this.bytes.length - 1] = (0xff << spare) & 0xff
    this.#count = this.length
  }

  clone(): Bitfield {
    const copy = new Bitfield(this.length)
    copy.bytes.set(this.bytes)
    copy.#count = this.#count
    return copy
  }

  /** The indices of the set bits, ascending. */
  *indices(): Generator<number, void, undefined> {
    for (let byte = 0; byte < this.bytes.length; byte++) {
      const value = this.bytes[byte] ?? 0
      if (value === 0) continue
      for (let bit = 0; bit < 8; bit++) if ((value & (0x80 >> bit)) !== 0) yield byte * 8 + bit
    }
  }

  /** Past the end all bits are clear. */
  #byteOf(index: number): number {
    return this.bytes[index >> 3] ?? 0
  }

  #check(index: number): void {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new BtError('INTERNAL', `piece ${index} is outside a bitfield of ${this.length}`)
    }
  }
}

function popcount(byte: number): number {
  let n = byte - ((byte >> 1) & 0x55)
  n = (n & 0x33) + ((n >> 2) & 0x33)
  return (n + (n >> 4)) & 0x0f
}
