// Bounded, zero-copy decoding of bencode (BEP 3 "bencoding"): every string of the result is a view into the input.
import { malformed } from './malformed.ts'
import { type ByteRange, type Irregularity, Parser } from './parser.ts'
import type { BencodeValue } from './value.ts'

/** Nested lists and dictionaries; libtorrent's default for a .torrent file. */
const DEFAULT_MAX_DEPTH = 100
/** Values and keys together; libtorrent's default for a .torrent file. */
const DEFAULT_MAX_TOKENS = 3_000_000

/** Bounds, and what is forgiven. */
export interface DecodeOptions {
  /**
   * Accept keys that are unsorted or stand twice, which BEP 3 forbids but files in the wild have. Of duplicates the
   * first counts, as in libtorrent: what most peers of a torrent read is what we read, and bytes appended to a
   * dictionary cannot override what stood in it.
   */
  readonly lenient?: boolean
  readonly maxDepth?: number
  readonly maxTokens?: number
  /** Told of every key accepted only because of `lenient`; `offset` is that of the key. */
  readonly onIrregular?: (message: string, offset: number, kind: Irregularity) => void
}

/**
 * Decodes exactly one value that fills the input.
 * @throws BtError BENCODE_MALFORMED with the byte offset in the message and in `details.offset`.
 */
export function decode(bytes: Uint8Array, options: DecodeOptions = {}): BencodeValue {
  return decodeWhole(bytes, options)
}

/**
 * Decodes the value at the start of the bytes and says where it ends: ut_metadata appends data to a dictionary (BEP 9).
 * @throws BtError BENCODE_MALFORMED
 */
export function decodePrefix(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): { readonly value: BencodeValue; readonly end: number } {
  const parser = parserOf(bytes, options)
  const value = parser.parse()
  return { value, end: parser.end }
}

/**
 * Decodes one value that fills the input, with the raw range of each value of the outermost dictionary (empty for any
 * other value), so that the info-hash is always that of the bytes as they stand, never of a re-encoding (BEP 52 "infohash").
 * @throws BtError BENCODE_MALFORMED
 */
export function decodeDocument(
  bytes: Uint8Array,
  options: DecodeOptions = {},
): { readonly value: BencodeValue; readonly ranges: ReadonlyMap<string, ByteRange> } {
  const ranges = new Map<string, ByteRange>()
  return { value: decodeWhole(bytes, options, ranges), ranges }
}

function decodeWhole(bytes: Uint8Array, options: DecodeOptions, ranges?: Map<string, ByteRange>): BencodeValue {
  const parser = parserOf(bytes, options, ranges)
  const value = parser.parse()
  if (parser.end < bytes.length) {
    malformed(`${bytes.length - parser.end} bytes follow the end of the value`, parser.end)
  }
  return value
}

function parserOf(bytes: Uint8Array, options: DecodeOptions, ranges?: Map<string, ByteRange>): Parser {
  const irregular = options.lenient === true ? (options.onIrregular ?? ignore) : malformed
  const limits = {
    maxDepth: options.maxDepth ?? DEFAULT_MAX_DEPTH,
    maxTokens: options.maxTokens ?? DEFAULT_MAX_TOKENS,
  }
  return new Parser(bytes, limits, ranges === undefined ? { irregular } : { irregular, ranges })
}

function ignore(): void {}
