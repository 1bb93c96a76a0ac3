// A query string read as bytes: an info-hash is 20 arbitrary bytes, which any decoding as UTF-8 would destroy.

/** More than any announce or a scrape of 200 info-hashes has; the rest of a longer query is not looked at. */
export const MAX_PARAMETERS = 256

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
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  if (/%(?![0-9a-f]{2})/i.test(spaced)) return undefined
  return spaced.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}
