// Required values of a metainfo dictionary: absent, of the wrong type or out of bounds is an error that names the key.
import { BtError } from '../base/errors.ts'
import { getBytes, getDict, getInteger, getList } from '../bencode/access.ts'
import type { BencodeDict, BencodeValue } from '../bencode/value.ts'

/** @throws BtError METAINFO_INVALID, always. `key` is a path such as `info.files[3].length`. */
export function invalid(key: string, what: string): never {
  throw new BtError('METAINFO_INVALID', `invalid torrent: "${key}" ${what}`, { details: { key } })
}

/** @throws BtError METAINFO_INVALID unless it is an integer from `min` to `max`. `where` is the path of the dictionary. */
export function requireInteger(dict: BencodeDict, key: string, where: string, min: number, max: number): number {
  const value = getInteger(dict, key)
  if (value !== undefined && value >= min && value <= max) return value
  const found = dict.get(key)
  const shown = typeof found === 'bigint' || typeof found === 'number' ? `is ${brief(found)}` : describe(found)
  return invalid(`${where}.${key}`, `${shown}; it must be an integer from ${min} to ${max}`)
}

export function requireBytes(dict: BencodeDict, key: string, where: string): Uint8Array {
  return getBytes(dict, key) ?? wrongType(dict, key, where, 'a string')
}

export function requireList(dict: BencodeDict, key: string, where: string): readonly BencodeValue[] {
  return getList(dict, key) ?? wrongType(dict, key, where, 'a list')
}

export function requireDict(dict: BencodeDict, key: string, where: string): BencodeDict {
  return getDict(dict, key) ?? wrongType(dict, key, where, 'a dictionary')
}

function wrongType(dict: BencodeDict, key: string, where: string, expected: string): never {
  return invalid(where === '' ? key : `${where}.${key}`, `${describe(dict.get(key))}; it must be ${expected}`)
}

/** The kind of value, as the rest of a sentence. */
export function describe(value: BencodeValue | undefined): string {
  if (value === undefined) return 'is missing'
  if (typeof value === 'number' || typeof value === 'bigint') return 'is an integer'
  if (value instanceof Uint8Array) return 'is a string'
  return Array.isArray(value) ? 'is a list' : 'is a dictionary'
}

/** A bigint may have thousands of digits. */
function brief(value: number | bigint): string {
  const text = String(value)
  return text.length > 30 ? `${text.slice(0, 30)}…` : text
}
