// Changes to bytes, as libFuzzer and AFL make them: single bits and bytes, ranges, words of the format, pieces of other
// inputs, and numbers, in decimal and in binary, at the edges where parsers go wrong.
import { fromLatin1 } from '../src/lib/base/bytes.ts'
import { Draft } from './draft.ts'
import type { Random } from './random.ts'

const NOTHING = new Uint8Array()
const EDGES: readonly [number, ...number[]] = [
  0, 1, 2, 4, 5, 6, 7, 8, 16, 20, 31, 32, 63, 64, 68, 100, 127, 128, 255, 256, 500, 1024, 4096, 16_384, 16_385, 32_767,
  32_768, 65_535, 65_536, 131_072, 131_073, 262_144, 512_000, 1_048_576, 2_097_151, 2_097_152, 536_870_912,
  2_147_483_647, 2_147_483_648, 4_294_967_295,
] // prettier-ignore
const NUMERALS: readonly [string, ...string[]] = [
  '-1', '-0', '00', '01', '', '999999999999999', '9007199254740991', '9007199254740992', '9223372036854775807',
  '-9223372036854775808', '18446744073709551616', '1'.repeat(40), '9'.repeat(400),
] // prettier-ignore

export interface Material {
  /** Another input, to take something from. */
  readonly other: Uint8Array
  readonly words: readonly Uint8Array[]
}

type Change = (draft: Draft, random: Random, material: Material) => void

const CHANGES: readonly [Change, ...Change[]] = [
  (draft, random) => {
    const at = random.below(draft.length)
    draft.replace(at, 1, Uint8Array.of(draft.at(at) ^ (1 << random.below(8))))
  },
  (draft, random) => draft.replace(random.below(draft.length), 1, Uint8Array.of(random.below(256))),
  (draft, random) => draft.replace(random.below(draft.length + 1), 0, Uint8Array.of(random.below(256))),
  (draft, random) => draft.replace(random.below(draft.length), range(draft, random), NOTHING),
  (draft, random) => {
    const copy = draft.copy(random.below(draft.length), range(draft, random))
    draft.replace(random.below(draft.length + 1), random.pick([0, copy.length]), copy)
  },
  (draft, random, { other }) => {
    const from = random.below(other.length)
    const part = other.subarray(from, from + random.below(other.length - from) + 1)
    draft.replace(random.below(draft.length + 1), random.pick([0, part.length]), part)
  },
  (draft, random, { words }) => {
    const word = words[random.below(words.length)] ?? NOTHING
    draft.replace(random.below(draft.length + 1), random.pick([0, word.length]), word)
  },
  changeBinary,
  changeNumeral,
  changeNumeral,
  (draft, random) => draft.replace(random.below(draft.length + 1), draft.length, NOTHING),
  repeat,
]

export class Mutator {
  readonly #random: Random
  readonly #draft: Draft

  constructor(random: Random, maxLength: number) {
    this.#random = random
    this.#draft = new Draft(maxLength)
  }

  mutate(parent: Uint8Array, material: Material): Uint8Array {
    this.#draft.load(parent)
    for (let left = this.#random.few(6); left > 0; left--) {
      this.#random.pick(CHANGES)(this.#draft, this.#random, material)
    }
    return this.#draft.take()
  }
}

/** A length: mostly a few bytes, at times up to all of them. */
function range(draft: Draft, random: Random): number {
  return random.below(4) === 0 ? random.below(draft.length) + 1 : random.below(8) + 1
}

/** One, two or four bytes, big-endian as all of BitTorrent's. */
function changeBinary(draft: Draft, random: Random): void {
  const width = random.pick([1, 2, 4])
  const value = random.pick(EDGES) + random.below(3) - 1
  const bytes = Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
  draft.replace(random.below(draft.length + 1), width, bytes.subarray(4 - width))
}

/** The decimal number that begins at or after some place, if there is one. */
function changeNumeral(draft: Draft, random: Random): void {
  const isDigit = (at: number): boolean => draft.at(at) >= 0x30 && draft.at(at) <= 0x39
  let start = random.below(draft.length)
  while (start < draft.length && !isDigit(start)) start++
  if (start === draft.length) return
  let end = start
  let value = 0
  for (; end < draft.length && isDigit(end); end++) value = value * 10 + draft.at(end) - 0x30
  const near = Math.max(0, value + random.below(9) - 4)
  const edge = random.pick(EDGES) + random.below(3) - 1
  const numeral = random.pick([String(near), String(near), String(edge), random.pick(NUMERALS)])
  draft.replace(start, end - start, fromLatin1(numeral))
}

/** Many copies of a few bytes: depth, counts, and whatever takes longer than it should. */
function repeat(draft: Draft, random: Random): void {
  const at = random.below(draft.length)
  const unit = draft.copy(at, random.below(12) + 1)
  const copies = 1 << random.below(9)
  const bytes = new Uint8Array(unit.length * copies)
  for (let copy = 0; copy < copies; copy++) bytes.set(unit, copy * unit.length)
  draft.replace(at, unit.length, bytes)
}
