// How bytes and URLs of a tracker are shown, and kept where they must stay exact.

/** Characters of a tracker's own text that are shown. */
const MAX_SHOWN = 500

/** The URL as messages name it: credentials and query may hold a secret. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** A tracker's text, fit for a terminal: control and formatting characters (bidirectional ones too) become spaces. */
export function shownText(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes)
  return text
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, MAX_SHOWN)
}

/** One char a byte: any bytes as a string, exactly; the form of a dictionary's keys too. */
export function exactText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCodePoint(byte)
  return text
}

/** Undoes `exactText`. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, char => char.codePointAt(0) ?? 0)
}
