import { equal, fromLatin1 } from '../../src/lib/base/bytes.ts'
import { isList } from '../../src/lib/bencode/access.ts'
import { decode, decodeDocument, decodePrefix } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import type { BencodeValue } from '../../src/lib/bencode/value.ts'
import { check, kindOf, sizeOf, type Target } from '../target.ts'

export const bencode: Target = {
  name: 'bencode',
  promise: 'what decodes strictly encodes to the same bytes; errors have an offset inside the input',
  seeds: [
    fromLatin1('d1:ai1e1:bl1:ci-2ee1:dd0:0:ee'),
    fromLatin1('i123456789012345678901234567890e'),
    fromLatin1('d1:b0:1:a0:1:a1:xe'),
    fromLatin1('l'.repeat(90) + 'e'.repeat(90)),
    fromLatin1(`i${'7'.repeat(4096)}e`),
  ],
  throws: ['BENCODE_MALFORMED'],
  words: ['i', 'l', 'd', 'e', ':', '0:', 'i0e', 'i-1e', 'le', 'de', '1:a', '4096:', 'd0:'],
  bencoded: true,
  maxLength: 8192,
  run(input) {
    const lenient = decodeLeniently(input)
    try {
      const value = decode(input)
      check(equal(encode(value), input), 'what decodes strictly is canonical')
      check(lenient === 'decoded', 'what decodes strictly decodes leniently too')
      return shapeOf(value, 1)
    } catch (error) {
      if (!(error instanceof BtError)) throw error
      const offset = error.details['offset']
      check(typeof offset === 'number' && offset >= 0 && offset <= input.length, 'an offset lies inside the input')
      return `${lenient}, ${kindOf(error)}`
    }
  },
}

function decodeLeniently(input: Uint8Array): 'decoded' | 'refused' {
  try {
    const { value, end } = decodePrefix(input, { lenient: true })
    const canonical = encode(value)
    check(equal(encode(decode(canonical)), canonical), 'what was encoded decodes to itself')
    const document = decodeDocument(input.subarray(0, end), { lenient: true })
    for (const [key, { start, end }] of document.ranges) {
      const inner = decode(input.subarray(start, end), { lenient: true })
      const whole = document.value instanceof Map ? (document.value.get(key) as BencodeValue | undefined) : undefined
      check(whole !== undefined && equal(encode(inner), encode(whole)), 'a range holds its value')
    }
    return 'decoded'
  } catch (error) {
    if (error instanceof BtError && error.code === 'BENCODE_MALFORMED') return 'refused'
    throw error
  }
}

/** The types of a value and of what it holds. */
export function shapeOf(value: BencodeValue, depth: number): string {
  if (typeof value === 'number') return value < 0 ? '-' : 'i'
  if (typeof value === 'bigint') return 'I'
  if (value instanceof Uint8Array) return `s${sizeOf(value.length)}`
  if (depth === 0) return isList(value) ? 'l' : 'd'
  const inner = [...value.values()].slice(0, 4).map(each => shapeOf(each, depth - 1))
  return `${isList(value) ? 'l' : 'd'}${sizeOf(inner.length)}(${[...new Set(inner)].join('')})`
}
