// Base32 (RFC 4648, section 6), without padding: the older form of an info-hash in magnet links.

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BITS = 5

/** The bytes, in either case of letters; undefined for other characters. Bits that fill no byte are dropped. */
export function fromBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * BITS) / 8))
  let held = 0
  let bits = 0
  let at = 0
  for (const char of text.toUpperCase()) {
    const value = ALPHABET.indexOf(char)
    if (value < 0) return undefined
    held = ((held << BITS) | value) & 0xfff
    bits += BITS
    if (bits >= 8) {
      bits -= 8
      bytes[at++] = (held >> bits) & 0xff
    }
  }
  return bytes
}
