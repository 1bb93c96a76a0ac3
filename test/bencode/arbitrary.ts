// Arbitrary bencoded values and damaged bytes, for the properties of everything that parses.
import * as fc from 'fast-check'
import { concat } from '../../src/lib/base/bytes.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import type { BencodeValue } from '../../src/lib/bencode/value.ts'

const key = fc.uint8Array({ maxLength: 6 }).map(bytes => Buffer.from(bytes).toString('latin1'))

/** Any value, in the form in which the decoder gives it: bigint only beyond the safe integers, keys sorted. */
export function arbitraryValue(): fc.Arbitrary<BencodeValue> {
  const { value } = fc.letrec<{ value: BencodeValue }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(fc.maxSafeInteger(), fc.integer()).map(n => n + 0),
      fc.bigInt().filter(n => !Number.isSafeInteger(Number(n))),
      fc.uint8Array({ maxLength: 24 }),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .uniqueArray(fc.tuple(key, tie('value')), { maxLength: 4, selector: ([key]) => key })
        .map(entries => new Map(entries.sort((a, b) => (a[0] < b[0] ? -1 : 1)))),
    ),
  }))
  return value
}

/** The bytes with a few of them replaced, inserted, removed or swapped. */
export function mutated(source: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    kind: fc.constantFrom('replace', 'insert', 'remove', 'repeat'),
    at: fc.nat(),
    byte: fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(...Array.from('dlei0123456789:-')).map(char => char.charCodeAt(0)),
    ),
  })
  return fc.tuple(source, fc.array(edit, { minLength: 1, maxLength: 4 })).map(([bytes, edits]) => {
    let out = new Uint8Array(bytes)
    for (const { kind, at, byte } of edits) {
      const index = out.length === 0 ? 0 : at % out.length
      const middle = kind === 'remove' ? [] : kind === 'repeat' ? [out[index] ?? 0, out[index] ?? 0] : [byte]
      out = new Uint8Array(
        concat([out.subarray(0, index), new Uint8Array(middle), out.subarray(kind === 'insert' ? index : index + 1)]),
      )
    }
    return out
  })
}

/** The BtError that the function throws. */
export function errorOf(run: () => unknown): BtError {
  try {
    run()
  } catch (error) {
    if (error instanceof BtError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}
