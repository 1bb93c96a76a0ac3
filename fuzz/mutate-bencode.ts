// Changes to values rather than bytes, so that what comes out is mostly bencode still and reaches what lies behind the decoder.
import { fromLatin1 } from '../src/lib/base/bytes.ts'
import { decode } from '../src/lib/bencode/decode.ts'
import { encode } from '../src/lib/bencode/encode.ts'
import type { BencodeValue } from '../src/lib/bencode/value.ts'
import type { Random } from './random.ts'

/** What the decoder makes is nobody else's, so it may be changed in place. */
type Container = BencodeValue[] | Map<string, BencodeValue>

/** Undefined where the input is no bencode. */
export function mutateBencode(
  input: Uint8Array,
  other: Uint8Array,
  words: readonly Uint8Array[],
  random: Random,
): Uint8Array | undefined {
  const root = tryDecode(input)
  if (root === undefined) return undefined
  const donors = valuesOf(tryDecode(other) ?? root)
  let changed = root
  for (let left = random.few(4); left > 0; left--) changed = change(changed, donors, words, random)
  return encode(changed)
}

function change(
  root: BencodeValue,
  donors: readonly BencodeValue[],
  words: readonly Uint8Array[],
  random: Random,
): BencodeValue {
  const containers = valuesOf(root).filter(isContainer)
  const container = containers[random.below(containers.length)]
  const value = replacement(donors, words, random)
  if (container === undefined) return value
  if (Array.isArray(container)) changeList(container, value, random)
  else changeDict(container, value, words, random)
  return root
}

function changeList(list: BencodeValue[], value: BencodeValue, random: Random): void {
  const at = random.below(list.length)
  if (random.below(4) === 0) list.splice(at, 1)
  else list.splice(at, random.below(2), value)
}

function changeDict(
  dict: Map<string, BencodeValue>,
  value: BencodeValue,
  words: readonly Uint8Array[],
  random: Random,
): void {
  const keys = [...dict.keys()]
  const key = keys[random.below(keys.length)] ?? ''
  const word = String.fromCharCode(...(words[random.below(words.length)] ?? []))
  const what = random.below(8)
  if (what === 0) dict.delete(key)
  else if (what === 1) dict.set(word, value)
  else if (what === 2) dict.set(word, dict.get(key) ?? value)
  else dict.set(key, near(dict.get(key), value, random))
}

/** A number or a length beside the one that was; or the other value. */
function near(old: BencodeValue | undefined, value: BencodeValue, random: Random): BencodeValue {
  if (random.below(2) === 0) return value
  if (typeof old === 'number') return clamped(old + random.below(5) - 2)
  if (!(old instanceof Uint8Array)) return value
  if (random.below(2) === 0) return old.slice(0, random.below(old.length + 1))
  const bytes = new Uint8Array(old.length + random.below(3))
  bytes.set(old)
  bytes[random.below(bytes.length)] = random.below(256)
  return bytes
}

function clamped(value: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))
}

function replacement(donors: readonly BencodeValue[], words: readonly Uint8Array[], random: Random): BencodeValue {
  const made = random.pick<() => BencodeValue>([
    () => random.below(300) - 20,
    () => 2 ** random.below(54) - 1,
    () => 2n ** BigInt(random.below(200)) * (random.below(2) === 0 ? 1n : -1n) + 2n ** 64n,
    () => [],
    () => new Map(),
    () => words[random.below(words.length)] ?? new Uint8Array(),
    () => fromLatin1('/\\.:%\u0000\u00ff'[random.below(7)] ?? ''),
    () => new Uint8Array(random.below(70)).fill(random.below(256)),
  ])
  const donor = donors[random.below(donors.length)]
  return random.below(2) === 0 || donor === undefined ? made() : cloned(donor)
}

/** Containers are copied, since a value that gets into itself has no end; strings are never changed in place. */
function cloned(value: BencodeValue): BencodeValue {
  if (!isContainer(value)) return value
  return Array.isArray(value) ? value.map(cloned) : new Map([...value].map(([key, each]) => [key, cloned(each)]))
}

function valuesOf(root: BencodeValue): BencodeValue[] {
  const values = [root]
  for (let at = 0; at < values.length && values.length < 1000; at++) {
    const value = values[at]
    if (value !== undefined && isContainer(value)) values.push(...value.values())
  }
  return values
}

function isContainer(value: BencodeValue): value is Container {
  return Array.isArray(value) || value instanceof Map
}

function tryDecode(bytes: Uint8Array): BencodeValue | undefined {
  try {
    return decode(bytes, { lenient: true, maxDepth: 40 })
  } catch {
    return undefined
  }
}
