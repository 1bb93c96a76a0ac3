// Merging into a bencoded dictionary as JSON Merge Patch does (RFC 7396): what the patch does not name keeps its bytes.
import { utf8 } from '../base/bytes.ts'
import { isDict } from './access.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { rawValue, spliceDict } from './splice.ts'
import type { BencodeInput } from './value.ts'

/** By key (latin1, one char a byte), what becomes of its value. */
export type BencodePatch = ReadonlyMap<string, BencodePatchValue>

/** null removes the value, a patch is merged into the dictionary that is there, anything else comes in its place. */
export type BencodePatchValue = null | BencodePatch | number | bigint | string | Uint8Array | readonly BencodeInput[]

const EMPTY_DICT: Uint8Array = utf8('de')

/** @throws BtError BENCODE_MALFORMED where the bytes are no bencode */
export function patchDict(dict: Uint8Array, patch: BencodePatch): Uint8Array {
  const changes = [...patch].map(([key, change]) => [key, changed(rawValue(dict, key), change)] as const)
  return spliceDict(dict, new Map(changes))
}

function changed(raw: Uint8Array | undefined, change: BencodePatchValue): Uint8Array | undefined {
  if (change === null) return undefined
  if (!(change instanceof Map)) return encode(change as BencodeInput)
  const isDictionary = raw !== undefined && isDict(decode(raw, { lenient: true }))
  return patchDict(isDictionary ? raw : EMPTY_DICT, change as BencodePatch)
}
