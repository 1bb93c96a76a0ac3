// A query string read as bytes: an info-hash is 20 arbitrary bytes, which any decoding as UTF-8 would destroy.

/** More than any announce or a scrape of 200 info-hashes has; the rest of a longer query is not looked at. */
export const MAX_PARAMETERS = 256

const PERCENT = 0x25
const PLUS = 0x2b
const SPACE = 0x20
const NO_DIGIT = 0xff
/** Char code → value of the hexadecimal digit. */
const DIGITS = Uint8Array.from({ length: 256 }, (_, code) => {
  const digit = String.fromCharCode(code)
  return /[0-9a-f]/i.test(digit) ? Number.parseInt(digit, 16) : NO_DIGIT
})

/** Values by name in the order they came, as latin1 text: one char a byte. */
export type Query = ReadonlyMap<string, readonly string[]>

/**
 * @param text what follows the `?`. A `+` is a space, as forms write one; whoever means the byte 0x2b writes %2B.
 * @returns undefined where a `%` is not followed by two hexadecimal digits.
 */
export function parseQuery(text: string): Query | undefined {
  const query = new Map<string, string[]>()
  for (const part of text.split('&', MAX_PARAMETERS)) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = percentDecode(equals < 0 ? part : part.slice(0, equals))
    const value = percentDecode(equals < 0 ? '' : part.slice(equals + 1))
    if (name === undefined || value === undefined) return undefined
    const values = query.get(name)
    if (values === undefined) query.set(name, [value])
    else values.push(value)
  }
  return query
}

/** The first value of that name. */
export function first(query: Query, name: string): string | undefined {
  return query.get(name)?.[0]
}

function percentDecode(text: string): string | undefined {
  if (!text.includes('%')) return text.includes('+') ? text.replaceAll('+', ' ') : text
  const codes: number[] = []
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== PERCENT) {
      codes.push(code === PLUS ? SPACE : code)
      continue
    }
    const high = DIGITS[text.charCodeAt(at + 1)] ?? NO_DIGIT
    const low = DIGITS[text.charCodeAt(at + 2)] ?? NO_DIGIT
    if (high === NO_DIGIT || low === NO_DIGIT) return undefined
    codes.push((high << 4) | low)
    at += 2
  }
  return String.fromCharCode(...codes)
}
