// A safe element names one entry of a folder on every system: no separator, no `.` or `..`, nothing invisible, 1 to 240 bytes.
import { latin1, lossyUtf8, tryUtf8, utf8, utf8Length } from '../base/bytes.ts'
import { MAX_NAME_BYTES } from './limits.ts'

/** A longer "extension" is no extension but a name with a dot in it. */
const MAX_EXTENSION_BYTES = 32
const SUBSTITUTE = '_'

const SEPARATORS = /[/\\]/g
/** `C:` at the start would be absolute on Windows. Elsewhere a colon is an ordinary character, and common in titles. */
const DRIVE = /^([a-z]):/i
/** Everything that does not show or that reorders what does: controls, line separators, bidirectional controls, BOM; and half a surrogate pair. */
const INVISIBLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu
/** Windows drops these from the end of a name, so that "a." and "a" would be one file; `.` and `..` are such too. */
const TRAILING = /[. ]+$/
/** Names of devices on Windows, whatever the extension. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?= *(?:\.|$))/i

/** Safe at a glance, and what nearly every name looks like: this keeps torrents of a million files fast. */
const PLAIN = /^[\w+,()[\]&'!~@#$%-](?:[\w .+,()[\]&'!~@#$%-]{0,198}[\w+,()[\]&'!~@#$%-])?$/

/**
 * A name for one entry of a folder from what a torrent says, which may be anything. A harmless name is given back as it
 * is; the same raw name gives the same result on every system, and a result gives itself. What is not UTF-8 is
 * substituted too. Different names may become the same: see unique-paths.ts.
 */
export function safeElement(raw: Uint8Array | string): string {
  if (raw.length === 0) return SUBSTITUTE
  const latin = typeof raw === 'string' ? raw : latin1(raw)
  if (PLAIN.test(latin) && !RESERVED.test(latin)) return latin
  const text = typeof raw === 'string' ? raw : lossyUtf8(raw, SUBSTITUTE)
  const visible = text.replace(INVISIBLE, SUBSTITUTE).replace(SEPARATORS, SUBSTITUTE)
  const relative = visible.replace(DRIVE, `$1${SUBSTITUTE}`).replace(RESERVED, `${SUBSTITUTE}$&`)
  return shorten(relative, '').replace(TRAILING, tail => SUBSTITUTE.repeat(tail.length))
}

/** `movie.mkv` and `.1` make `movie.1.mkv`, shortened to the limit; the name must be safe already. */
export function withSuffix(name: string, suffix: string): string {
  return shorten(name, suffix)
}

/** Inserts the suffix before the extension, and cuts the part before that until all fits. */
function shorten(name: string, suffix: string): string {
  if (suffix === '' && fits(name, MAX_NAME_BYTES)) return name
  const extension = extensionOf(name)
  const stem = name.slice(0, name.length - extension.length)
  const room = MAX_NAME_BYTES - utf8Length(extension) - utf8Length(suffix)
  return cut(stem, room) + suffix + extension
}

/** Nothing is counted where any characters would fit: a char has three bytes at most. */
function fits(text: string, bytes: number): boolean {
  return 3 * text.length <= bytes || utf8Length(text) <= bytes
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  if (dot <= 0) return ''
  const extension = name.slice(dot)
  return fits(extension, MAX_EXTENSION_BYTES) ? extension : ''
}

/** At most `room` bytes of UTF-8, never half a character. */
function cut(text: string, room: number): string {
  if (fits(text, room)) return text
  const bytes = utf8(text)
  let end = room
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return tryUtf8(bytes.subarray(0, end)) ?? ''
}
