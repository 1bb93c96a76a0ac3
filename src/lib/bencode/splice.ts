// Changes to a bencoded dictionary in which everything that is not named keeps its bytes, unsorted keys and duplicates too.
import { concat, fromLatin1, utf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { isDict } from './access.ts'
import { decodeDocument } from './decode.ts'
import type { ByteRange } from './parser.ts'

/** By key (latin1, one char a byte): the bencoded value that it is to have; undefined: none. */
export type RawChanges = ReadonlyMap<string, Uint8Array | undefined>

interface Splice extends ByteRange {
  readonly bytes: Uint8Array
}

const NOTHING = new Uint8Array()

/**
 * A value that is there already is replaced where it stands; a new key comes before the first one that is greater.
 * @throws BtError BENCODE_MALFORMED where the bytes are no bencode, INTERNAL where they are no dictionary
 */
export function spliceDict(dict: Uint8Array, changes: RawChanges): Uint8Array {
  const ranges = rangesOf(dict)
  const splices = [...changes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([key, raw]) => spliceOf(dict, ranges, key, raw))
  if (splices.length === 0) return dict
  const changed = spliced(dict, splices)
  // Of a key that stood twice, the second would count from now on.
  const removed = [...changes].filter(([key, raw]) => raw === undefined && ranges.has(key))
  return removed.length === 0 ? changed : spliceDict(changed, new Map(removed))
}

/** The value's bytes as they stand; undefined where the dictionary has none. @throws as `spliceDict` */
export function rawValue(dict: Uint8Array, key: string): Uint8Array | undefined {
  const range = rangesOf(dict).get(key)
  return range && dict.subarray(range.start, range.end)
}

function rangesOf(dict: Uint8Array): ReadonlyMap<string, ByteRange> {
  const { value, ranges } = decodeDocument(dict, { lenient: true })
  if (!isDict(value)) throw new BtError('INTERNAL', 'only a dictionary has keys to change')
  return ranges
}

function spliceOf(
  dict: Uint8Array,
  ranges: ReadonlyMap<string, ByteRange>,
  key: string,
  raw: Uint8Array | undefined,
): readonly Splice[] {
  const range = ranges.get(key)
  if (range === undefined) {
    if (raw === undefined) return []
    const next = [...ranges].find(([other]) => other > key)
    const at = next === undefined ? dict.length - 1 : next[1].start - keyBytes(next[0]).length
    return [{ start: at, end: at, bytes: concat([keyBytes(key), raw]) }]
  }
  if (raw !== undefined) return [{ ...range, bytes: raw }]
  return [{ start: range.start - keyBytes(key).length, end: range.end, bytes: NOTHING }]
}

/** What is inserted where something else is removed stands before it. */
function spliced(bytes: Uint8Array, splices: readonly Splice[]): Uint8Array {
  const parts: Uint8Array[] = []
  let at = 0
  for (const { start, end, bytes: inserted } of splices.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    parts.push(bytes.subarray(at, start), inserted)
    at = end
  }
  return concat([...parts, bytes.subarray(at)])
}

function keyBytes(key: string): Uint8Array {
  const bytes = fromLatin1(key)
  return concat([utf8(`${bytes.length}:`), bytes])
}
