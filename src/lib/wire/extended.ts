// The extension handshake of BEP 10: a dictionary in which a peer says which extension messages it takes, and under
// which ids. Everything in it is optional, so a value of the wrong kind is left out rather than held against the peer.
import { latin1, tryUtf8 } from '../base/bytes.ts'
import { isDict } from '../bencode/access.ts'
import { decodePrefix } from '../bencode/decode.ts'
import type { BencodeDict, BencodeValue } from '../bencode/value.ts'
import { EXTENDED_DICT } from './limits.ts'

/** The id of the extension handshake itself. */
export const EXTENDED_HANDSHAKE = 0
/** Nobody needs more to name a client and its version. */
const MAX_CLIENT_NAME_LENGTH = 128
/** Bytes of it that are looked at; the rest of half a megabyte is not. */
const MAX_CLIENT_NAME_BYTES = 4 * MAX_CLIENT_NAME_LENGTH

export interface ExtendedHandshake {
  /** All of it, with the keys of single extensions such as `metadata_size`. */
  readonly dict: BencodeDict
  /** `m`: extension name → the id (1 to 255) to send its messages with; 0: turned off. Adds to what came before. */
  readonly messages: ReadonlyMap<string, number>
  /** `v`: client name and version, without control and formatting characters, cut at 128 characters. */
  readonly client?: string
  /** `reqq`: how many outstanding requests the peer keeps, 1 or more. */
  readonly requestQueue?: number
  /** `p`: the TCP port the peer listens on. */
  readonly port?: number
  /** `yourip`: our address as the peer sees it, 4 or 16 bytes. */
  readonly yourIp?: Uint8Array
}

/** Undefined where the payload is not a bencoded dictionary. Strings are views into the payload. */
export function parseExtendedHandshake(payload: Uint8Array): ExtendedHandshake | undefined {
  const dict = tryDecode(payload)
  if (!isDict(dict)) return undefined
  const client = clientName(dict.get('v'))
  const requestQueue = integer(dict.get('reqq'), 1, Number.MAX_SAFE_INTEGER)
  const port = integer(dict.get('p'), 1, 65_535)
  const yourIp = address(dict.get('yourip'))
  return {
    dict,
    messages: messageIds(dict.get('m')),
    ...(client === undefined ? {} : { client }),
    ...(requestQueue === undefined ? {} : { requestQueue }),
    ...(port === undefined ? {} : { port }),
    ...(yourIp === undefined ? {} : { yourIp }),
  }
}

function messageIds(m: BencodeValue | undefined): ReadonlyMap<string, number> {
  const ids = new Map<string, number>()
  if (!isDict(m)) return ids
  for (const [name, value] of m) {
    const id = integer(value, 0, 255)
    if (id !== undefined) ids.set(name, id)
  }
  return ids
}

function integer(value: BencodeValue | undefined, least: number, most: number): number | undefined {
  return typeof value === 'number' && value >= least && value <= most ? value : undefined
}

function address(value: BencodeValue | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array && (value.length === 4 || value.length === 16) ? value : undefined
}

function clientName(value: BencodeValue | undefined): string | undefined {
  if (!(value instanceof Uint8Array)) return undefined
  const bytes = value.subarray(0, endOfName(value))
  const printable = (tryUtf8(bytes) ?? latin1(bytes)).replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
  return Array.from(printable).slice(0, MAX_CLIENT_NAME_LENGTH).join('')
}

/** Not in the middle of a character of UTF-8, whose bytes after the first are 10xxxxxx. */
function endOfName(value: Uint8Array): number {
  let end = Math.min(value.length, MAX_CLIENT_NAME_BYTES)
  while (end < value.length && end > 0 && ((value[end] ?? 0) & 0xc0) === 0x80) end--
  return end
}

/** As forgiving as libtorrent, which minds neither the order of keys nor what follows the dictionary. */
function tryDecode(payload: Uint8Array): BencodeValue | undefined {
  try {
    return decodePrefix(payload, { lenient: true, ...EXTENDED_DICT }).value
  } catch {
    return undefined
  }
}
