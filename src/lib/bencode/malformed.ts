// How malformed bencode is reported: where, and what stands there.
import { BtError } from '../base/errors.ts'

/** A key may be megabytes long; a message shows its beginning. */
const SHOWN_KEY_CHARS = 40

/** @throws BtError BENCODE_MALFORMED, always. */
export function malformed(what: string, offset: number): never {
  throw new BtError('BENCODE_MALFORMED', `malformed bencode at byte ${offset}: ${what}`, { details: { offset } })
}

export function showKey(key: string): string {
  return JSON.stringify(key.length > SHOWN_KEY_CHARS ? `${key.slice(0, SHOWN_KEY_CHARS)}…` : key)
}

export function showByte(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `"${String.fromCharCode(byte)}"` : `byte 0x${byte.toString(16).padStart(2, '0')}`
}
