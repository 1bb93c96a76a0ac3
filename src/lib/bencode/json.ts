// A bencoded value as one line of JSON in which no byte is lost.
import { fromLatin1, hex, tryUtf8 } from '../base/bytes.ts'
import { escapeControls } from '../base/escape-controls.ts'
import { isList } from './access.ts'
import type { BencodeValue } from './value.ts'

export const HEX_KEY_PREFIX = 'hex:'
/** The one member of an object that stands for bytes. */
export const BYTES_KEY = 'hex'

/**
 * One line of JSON, keys in the order they stand. A byte string that is valid UTF-8 is a JSON string, any other
 * `{"hex":"…"}`; integers are exact JSON numbers of any size. A key that is not UTF-8 is written `hex:` and its bytes in
 * hexadecimal, and so is a key whose text starts with `hex:`, so that two keys never become one; and a key `hex` that is
 * alone in its dictionary, so that `{"hex":"…"}` is always bytes. from-json.ts reads it back.
 */
export function toJson(value: BencodeValue): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return bytesJson(value)
  if (isList(value)) return `[${value.map(toJson).join(',')}]`
  const members: string[] = []
  const looksLikeBytes = value.size === 1 && value.has(BYTES_KEY)
  for (const [key, member] of value) members.push(`${keyJson(key, looksLikeBytes)}:${toJson(member)}`)
  return `{${members.join(',')}}`
}

function bytesJson(bytes: Uint8Array): string {
  const text = tryUtf8(bytes)
  return text === undefined ? `{"hex":"${hex(bytes)}"}` : quote(text)
}

function keyJson(key: string, escape: boolean): string {
  const bytes = fromLatin1(key)
  const text = tryUtf8(bytes)
  const asText = !escape && text?.startsWith(HEX_KEY_PREFIX) === false
  return asText ? quote(text) : `"${HEX_KEY_PREFIX}${hex(bytes)}"`
}

function quote(text: string): string {
  return escapeControls(JSON.stringify(text))
}
