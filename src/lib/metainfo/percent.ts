// Percent-encoding as magnet links in the wild have it (RFC 3986, section 2.1, and HTML forms for `+`).
import { lossyUtf8, utf8 } from '../base/bytes.ts'

const PERCENT = 0x25

/**
 * Never fails: a `%` that starts no escape stands for itself, and bytes that are not UTF-8 become U+FFFD, since a link
 * with a spoiled name still leads to its torrent.
 */
export function percentDecode(text: string): string {
  const bytes = utf8(text)
  const out = new Uint8Array(bytes.length)
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0
    const escaped = byte === PERCENT ? hexPair(bytes[i + 1], bytes[i + 2]) : undefined
    out[length++] = escaped ?? byte
    if (escaped !== undefined) i += 2
  }
  const decoded = out.subarray(0, length)
  return lossyUtf8(decoded)
}

/** As encodeURIComponent, but half a surrogate pair becomes U+FFFD instead of an exception. */
export function percentEncode(text: string): string {
  return encodeURIComponent(lossyUtf8(utf8(text)))
}

function hexPair(high: number | undefined, low: number | undefined): number | undefined {
  const digits = String.fromCharCode(high ?? 0, low ?? 0)
  return /^[0-9a-f]{2}$/i.test(digits) ? Number.parseInt(digits, 16) : undefined
}
