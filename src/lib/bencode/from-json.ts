// The inverse of json.ts: every line that `toJson` writes gives the value back, byte for byte.
import { fromHex, latin1, utf8 } from '../base/bytes.ts'
import { BtError, messageOf } from '../base/errors.ts'
import { MAX_ENCODE_DEPTH } from './encode.ts'
import { BYTES_KEY, HEX_KEY_PREFIX } from './json.ts'
import type { BencodePatch, BencodePatchValue } from './patch.ts'
import type { BencodeInput } from './value.ts'

/** What JSON.parse makes of text that went through `mark`: no number is left. */
type MarkedJson = string | boolean | null | readonly MarkedJson[] | MarkedObject
interface MarkedObject {
  readonly [key: string]: MarkedJson
}

type BencodePlain = number | bigint | Uint8Array | readonly BencodeInput[]

/** A string, with the colon behind it where it is a key, or what opens or closes an object or an array. */
const STRUCTURE = /("[^"\\]*(?:\\[^][^"\\]*)*")(?=\s*(:)?)|[{}[\]]/g
/** A string or a number, which no other part of JSON contains. */
const SCALAR = /"[^"\\]*(?:\\[^][^"\\]*)*"|-?\d[\w.+-]*/g
const TEXT = '"'
const DIGITS = '#'

/** As long as in decode.ts: no larger one could be read back. */
const INTEGER = /^-?\d{1,4096}$/
const HALF_PAIR = /\p{Cs}/u
const SHOWN_CHARS = 40

/**
 * The value of a JSON document as `toJson` writes it: strings are byte strings in UTF-8, `{"hex":"…"}` is the bytes of
 * these digits, a key `hex:…` is the bytes of its digits, numbers are integers of any size. An object with other members
 * beside `hex` is a dictionary, as any other. Keys may stand in any order.
 * @throws BtError JSON_INVALID for what is no JSON, has a key twice in an object, or has no form in bencode: fractions,
 * true, false, null
 */
export function fromJson(text: string): BencodeInput {
  return convert(parseJson(text), 0)
}

/**
 * A patch from a JSON object as `fromJson` reads it, but that null, as the value of a key, removes it.
 * @throws BtError JSON_INVALID
 */
export function patchFromJson(text: string): BencodePatch {
  const patch = convertPatch(parseJson(text), 0)
  return patch instanceof Map ? (patch as BencodePatch) : invalid('what is to be merged must be a JSON object')
}

function convertPatch(json: MarkedJson, depth: number): BencodePatchValue {
  if (json === null) return null
  return isObject(json)
    ? (bytesObject(json) ?? dictionary(json, value => convertPatch(value, deeper(depth))))
    : convertPlain(json, depth)
}

function parseJson(text: string): MarkedJson {
  try {
    // The text as it is first, for an error that speaks of what was written.
    JSON.parse(text)
  } catch (error) {
    return invalid(`it is not JSON: ${messageOf(error)}`)
  }
  refuseRepeatedKeys(text)
  return JSON.parse(mark(text)) as MarkedJson
}

/** JSON.parse would keep the last of several values and say nothing. @param text is JSON. */
function refuseRepeatedKeys(text: string): void {
  const open: Set<string>[] = []
  for (const [token, string, colon] of text.matchAll(STRUCTURE)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (string === undefined) open.pop()
    else if (colon !== undefined) {
      const key = JSON.parse(string) as string
      const keys = open.at(-1)
      if (keys?.has(key) === true) invalid(`the key ${shown(key)} stands twice in an object`)
      keys?.add(key)
    }
  }
}

/** Numbers become strings, since JSON.parse would round them; a mark tells them from what were strings, keys too. */
function mark(text: string): string {
  return text.replace(SCALAR, scalar => {
    return scalar.startsWith('"') ? `"\\"${scalar.slice(1)}` : `"${DIGITS}${scalar}"`
  })
}

function convert(json: MarkedJson, depth: number): BencodeInput {
  return isObject(json)
    ? (bytesObject(json) ?? dictionary(json, value => convert(value, deeper(depth))))
    : convertPlain(json, depth)
}

function convertPlain(json: Exclude<MarkedJson, MarkedObject>, depth: number): BencodePlain {
  if (typeof json === 'string') return json.startsWith(TEXT) ? textBytes(json.slice(1)) : integer(json.slice(1))
  if (typeof json === 'boolean' || json === null) return invalid(`bencode has no ${json}`)
  return json.map(element => convert(element, deeper(depth)))
}

function deeper(depth: number): number {
  return depth < MAX_ENCODE_DEPTH ? depth + 1 : invalid(`it is nested deeper than ${MAX_ENCODE_DEPTH}`)
}

/** `{"hex":"…"}`, and nothing else beside. */
function bytesObject(json: MarkedObject): Uint8Array | undefined {
  const [[key, value] = [], ...more] = Object.entries(json)
  if (key !== TEXT + BYTES_KEY || more.length > 0 || typeof value !== 'string' || !value.startsWith(TEXT)) {
    return undefined
  }
  return hexBytes(value.slice(1))
}

function dictionary<T>(json: MarkedObject, valueOf: (value: MarkedJson) => T): ReadonlyMap<string, T> {
  const dict = new Map<string, T>()
  for (const [marked, value] of Object.entries(json)) {
    const name = marked.slice(1)
    const key = latin1(name.startsWith(HEX_KEY_PREFIX) ? hexBytes(name.slice(HEX_KEY_PREFIX.length)) : textBytes(name))
    if (dict.has(key)) invalid(`the key ${shown(name)} stands twice in an object, once in hexadecimal`)
    dict.set(key, valueOf(value))
  }
  return dict
}

function integer(digits: string): number | bigint {
  if (!INTEGER.test(digits)) invalid(`${shown(digits)} is no integer of at most 4096 digits, and bencode has no others`)
  const exact = BigInt(digits)
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact
}

function textBytes(text: string): Uint8Array {
  return HALF_PAIR.test(text) ? invalid(`the string ${shown(text)} has half of a surrogate pair`) : utf8(text)
}

function hexBytes(digits: string): Uint8Array {
  return fromHex(digits) ?? invalid(`${shown(digits)} is not an even number of hexadecimal digits`)
}

function isObject(json: MarkedJson): json is MarkedObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text)
}

function invalid(what: string): never {
  throw new BtError('JSON_INVALID', `can not be bencoded: ${what}`)
}
