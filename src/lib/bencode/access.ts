// Typed reading of untrusted dictionaries: a value of the wrong type is as good as absent.
import { tryUtf8 } from '../base/bytes.ts'
import type { BencodeDict, BencodeValue } from './value.ts'

export function isDict(value: BencodeValue | undefined): value is BencodeDict {
  return value instanceof Map
}

export function isList(value: BencodeValue | undefined): value is readonly BencodeValue[] {
  return Array.isArray(value)
}

/** A safe integer; larger ones (bigint in a BencodeValue) count as absent. */
export function getInteger(dict: BencodeDict, key: string): number | undefined {
  const value = dict.get(key)
  return typeof value === 'number' ? value : undefined
}

export function getBytes(dict: BencodeDict, key: string): Uint8Array | undefined {
  const value = dict.get(key)
  return value instanceof Uint8Array ? value : undefined
}

/** The text of a byte string; undefined too where it is not valid UTF-8. */
export function getText(dict: BencodeDict, key: string): string | undefined {
  const value = dict.get(key)
  return value instanceof Uint8Array ? tryUtf8(value) : undefined
}

export function getList(dict: BencodeDict, key: string): readonly BencodeValue[] | undefined {
  const value = dict.get(key)
  return isList(value) ? value : undefined
}

export function getDict(dict: BencodeDict, key: string): BencodeDict | undefined {
  const value = dict.get(key)
  return isDict(value) ? value : undefined
}
