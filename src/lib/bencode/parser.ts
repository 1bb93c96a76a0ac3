// The cursor never passes the end of the input, and nesting costs an entry of `#open`, never a JavaScript stack frame.
import { malformed, showByte, showKey } from './malformed.ts'
import type { BencodeValue } from './value.ts'

const COLON = 0x3a
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39
const DICT = 0x64
const END = 0x65
const INTEGER = 0x69
const LIST = 0x6c

/** Digits of one integer. BEP 3 sets no bound; this one keeps the quadratic conversion of a long one cheap. */
export const MAX_INTEGER_DIGITS = 4096
/** As many digits always fit a double exactly, so the common integer never becomes a bigint on the way. */
const FAST_INTEGER_DIGITS = 15

/** Bytes `start` to `end` (exclusive) of the input. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What a lenient decoder forgives a dictionary: keys out of order, or twice. */
export type Irregularity = 'unsorted' | 'duplicate'

export interface ParserLimits {
  readonly maxDepth: number
  readonly maxTokens: number
}

export interface ParserReports {
  /** Called for a key out of order or seen before; throws where that is not to be accepted. */
  readonly irregular: (message: string, offset: number, kind: Irregularity) => void
  /** Filled with the raw range of each value of the outermost dictionary. */
  readonly ranges?: Map<string, ByteRange>
}

/** A list or dictionary whose `e` has not come yet. */
interface OpenValue {
  readonly start: number
  readonly list: BencodeValue[] | undefined
  readonly dict: Map<string, BencodeValue> | undefined
  key: string
  greatestKey: string | undefined
  /** False while the value of a duplicate key is read, only to be dropped. */
  keep: boolean
}

export class Parser {
  readonly #bytes: Uint8Array
  readonly #buffer: Buffer
  readonly #limits: ParserLimits
  readonly #reports: ParserReports
  readonly #open: OpenValue[] = []
  #at = 0
  #tokens = 0

  constructor(bytes: Uint8Array, limits: ParserLimits, reports: ParserReports) {
    // A plain view, so that strings are never Buffers (whose slice() shares memory), whatever the caller holds.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#limits = limits
    this.#reports = reports
  }

  /** The offset after the last value read. */
  get end(): number {
    return this.#at
  }

  parse(): BencodeValue {
    const outermost = this.#value()
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open[this.#open.length - 1]) this.#step(open)
    return outermost
  }

  /** One element of the innermost open value, or its end. */
  #step(open: OpenValue): void {
    if (this.#bytes[this.#at] === END) {
      this.#close(open)
      return
    }
    if (open.dict !== undefined) this.#key(open, open.dict)
    const start = this.#at
    const value = this.#value()
    if (open.list !== undefined) {
      open.list.push(value)
    } else if (open.keep) {
      open.dict?.set(open.key, value)
      if (this.#open.length === 1) this.#reports.ranges?.set(open.key, { start, end: this.#at })
    }
  }

  #close(open: OpenValue): void {
    this.#at++
    this.#open.pop()
    const outer = this.#open.length === 1 ? this.#open[0] : undefined
    if (outer?.dict !== undefined && outer.keep) {
      this.#reports.ranges?.set(outer.key, { start: open.start, end: this.#at })
    }
  }

  /** A string or integer; or an empty list or dictionary, opened for the steps that follow. */
  #value(): BencodeValue {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) this.#failEnd('a value')
    if (byte >= ZERO && byte <= NINE) {
      const start = this.#string()
      return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, this.#at - start)
    }
    if (byte === INTEGER) return this.#integer()
    if (byte === LIST) {
      const list: BencodeValue[] = []
      this.#push(list, undefined)
      return list
    }
    if (byte === DICT) {
      const dict = new Map<string, BencodeValue>()
      this.#push(undefined, dict)
      return dict
    }
    return this.#fail(`a value cannot start with ${showByte(byte)}`)
  }

  #push(list: BencodeValue[] | undefined, dict: Map<string, BencodeValue> | undefined): void {
    this.#count()
    if (this.#open.length >= this.#limits.maxDepth) {
      this.#fail(`lists and dictionaries are nested deeper than ${this.#limits.maxDepth}`)
    }
    this.#open.push({ start: this.#at, list, dict, key: '', greatestKey: undefined, keep: true })
    this.#at++
  }

  #key(open: OpenValue, dict: ReadonlyMap<string, BencodeValue>): void {
    const at = this.#at
    const byte = this.#bytes[at]
    if (byte === undefined) this.#failEnd('a key or the end of a dictionary')
    if (byte < ZERO || byte > NINE) this.#fail(`a key must be a string, but ${showByte(byte)} stands there`)
    const start = this.#string()
    const key = this.#buffer.toString('latin1', start, this.#at)
    open.key = key
    open.keep = true
    // Compared with the greatest key, not the last: a greater key than all before cannot be a duplicate.
    if (open.greatestKey === undefined || key > open.greatestKey) {
      open.greatestKey = key
    } else if (dict.has(key)) {
      open.keep = false
      this.#reports.irregular(`the key ${showKey(key)} stands twice in a dictionary`, at, 'duplicate')
    } else {
      this.#reports.irregular(`the key ${showKey(key)} is not in sorted order`, at, 'unsorted')
    }
  }

  /** Moves past a string and returns where its bytes start. */
  #string(): number {
    this.#count()
    const bytes = this.#bytes
    const first = this.#at
    let at = first
    let length = 0
    let byte = bytes[at]
    while (byte !== undefined && byte >= ZERO && byte <= NINE) {
      length = length * 10 + (byte - ZERO)
      if (length > bytes.length) this.#fail('a string reaches past the end of the input')
      byte = bytes[++at]
    }
    if (bytes[first] === ZERO && at - first > 1) this.#fail('the length of a string has a leading zero')
    if (byte === undefined) this.#failEnd('the ":" of a string')
    if (byte !== COLON) this.#fail(`the length of a string is followed by ${showByte(byte)}, not ":"`, at)
    const start = at + 1
    if (length > bytes.length - start) {
      this.#fail(`a string of ${length} bytes is cut off: only ${bytes.length - start} are left`)
    }
    this.#at = start + length
    return start
  }

  #integer(): number | bigint {
    this.#count()
    const bytes = this.#bytes
    const negative = bytes[this.#at + 1] === MINUS
    const first = this.#at + (negative ? 2 : 1)
    let at = first
    let value = 0
    let byte = bytes[at]
    while (byte !== undefined && byte >= ZERO && byte <= NINE) {
      value = value * 10 + (byte - ZERO)
      byte = bytes[++at]
      if (at - first > MAX_INTEGER_DIGITS) this.#fail(`an integer has more than ${MAX_INTEGER_DIGITS} digits`)
    }
    const digits = at - first
    if (byte === undefined) this.#failEnd('the "e" of an integer')
    if (byte !== END) this.#fail(`an integer contains ${showByte(byte)}`, at)
    if (digits === 0) this.#fail('an integer has no digits')
    if (bytes[first] === ZERO && negative) this.#fail('an integer starts with "-0"')
    if (bytes[first] === ZERO && digits > 1) this.#fail('an integer has a leading zero')
    this.#at = at + 1
    if (digits <= FAST_INTEGER_DIGITS) return negative ? -value : value
    const exact = BigInt(this.#buffer.toString('latin1', negative ? first - 1 : first, at))
    const rounded = Number(exact)
    return Number.isSafeInteger(rounded) ? rounded : exact
  }

  #count(): void {
    if (++this.#tokens > this.#limits.maxTokens) this.#fail(`there are more than ${this.#limits.maxTokens} values`)
  }

  #failEnd(expected: string): never {
    malformed(`the input ends where ${expected} should follow`, this.#bytes.length)
  }

  #fail(what: string, offset: number = this.#at): never {
    malformed(what, offset)
  }
}
