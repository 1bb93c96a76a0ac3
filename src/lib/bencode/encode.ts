// Canonical encoding (BEP 3 "bencoding"): the same value always gives the same bytes, and every value has one form.
import { latin1, utf8 } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import type { BencodeInput } from './value.ts'

/** Ten times what `decode` takes by default; a value nested deeper is one that contains itself. */
export const MAX_ENCODE_DEPTH = 1000

const COLON = 0x3a
const DICT = 0x64
const END = 0x65
const LIST = 0x6c
const INITIAL_CAPACITY = 512
/** Most text is: it is its own UTF-8, which saves half of the time that a torrent of many files takes. */
const ASCII = /^[\0-\x7f]*$/

/**
 * Encodes a value. Keys are sorted as bytes; text becomes UTF-8; a Map's keys are latin1 (one char a byte), a plain
 * object's keys are text; keys of a plain object whose value is undefined are left out.
 * @throws BtError INTERNAL for what bencode cannot express: a number that is not a safe integer (larger ones are bigint),
 * a Map key that is not latin1, a value that contains itself.
 */
export function encode(value: BencodeInput): Uint8Array {
  const writer = new Writer()
  write(writer, value, 0)
  return writer.finish()
}

function write(writer: Writer, value: BencodeInput, depth: number): void {
  if (depth > MAX_ENCODE_DEPTH)
    throw new BtError('INTERNAL', `a value nested deeper than ${MAX_ENCODE_DEPTH} to encode`)
  if (typeof value === 'string') {
    if (ASCII.test(value)) writer.latin1(value)
    else writer.string(utf8(value))
  } else if (typeof value === 'number' || typeof value === 'bigint') {
    writer.ascii(`i${integerText(value)}e`)
  } else if (value instanceof Uint8Array) {
    writer.string(value)
  } else if (isList(value)) {
    writer.byte(LIST)
    for (const element of value) write(writer, element, depth + 1)
    writer.byte(END)
  } else {
    writer.byte(DICT)
    for (const [key, element] of sortedEntries(value)) {
      writer.latin1(key)
      write(writer, element, depth + 1)
    }
    writer.byte(END)
  }
}

function integerText(value: number | bigint): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new BtError('INTERNAL', `${value} is not an integer that bencode can express exactly; use a bigint`)
  }
  return String(value)
}

type DictInput = ReadonlyMap<string, BencodeInput> | { readonly [key: string]: BencodeInput | undefined }

/** Entries by latin1 key in ascending order: chars 0 to 255 compare as the bytes they stand for. */
function sortedEntries(dict: DictInput): [key: string, value: BencodeInput][] {
  const entries: [key: string, value: BencodeInput][] = []
  if (isMap(dict)) {
    for (const [key, value] of dict) {
      for (let i = 0; i < key.length; i++) {
        if (key.charCodeAt(i) > 0xff) throw new BtError('INTERNAL', `the Map key ${JSON.stringify(key)} is not latin1`)
      }
      entries.push([key, value])
    }
  } else {
    for (const [key, value] of Object.entries(dict)) if (value !== undefined) entries.push([latin1Key(key), value])
  }
  return entries.sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

function latin1Key(text: string): string {
  return ASCII.test(text) ? text : latin1(utf8(text))
}

function isList(value: readonly BencodeInput[] | DictInput): value is readonly BencodeInput[] {
  return Array.isArray(value)
}

function isMap(value: DictInput): value is ReadonlyMap<string, BencodeInput> {
  return value instanceof Map
}

/** Bytes that grow by doubling. */
class Writer {
  #bytes = new Uint8Array(INITIAL_CAPACITY)
  #at = 0

  byte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = byte
  }

  /** One byte a char. */
  ascii(text: string): void {
    this.#reserve(text.length)
    for (let i = 0; i < text.length; i++) this.#bytes[this.#at++] = text.charCodeAt(i)
  }

  /** A byte string of one byte a char. */
  latin1(text: string): void {
    this.ascii(String(text.length))
    this.byte(COLON)
    this.ascii(text)
  }

  string(bytes: Uint8Array): void {
    this.ascii(String(bytes.length))
    this.byte(COLON)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#at)
  }

  #reserve(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = grown
  }
}
