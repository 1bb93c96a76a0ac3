// Bytes are Uint8Array everywhere; Buffer appears only as a faster way to do the same.

/** Bytes that other threads can be shown, where nothing has to move. Only one at a time may write into them. */
export type SharedBytes = Uint8Array<SharedArrayBuffer>

export function isShared(bytes: Uint8Array): bytes is SharedBytes {
  return bytes.buffer instanceof SharedArrayBuffer
}

/** Zeros. */
export function sharedBytes(length: number): SharedBytes {
  return new Uint8Array(new SharedArrayBuffer(length))
}

const utf8Encoder = new TextEncoder()
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true })
/** Stands for what is not UTF-8, and may be in what is. */
const REPLACEMENT = '\ufffd'

export function hex(bytes: Uint8Array): string {
  return view(bytes).toString('hex')
}

/** The bytes of an even-length hexadecimal string, or undefined if it is not one. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, 'hex'))
}

export function utf8(text: string): Uint8Array {
  return utf8Encoder.encode(text)
}

/** The text of UTF-8 bytes, or undefined where they are not valid UTF-8. */
export function tryUtf8(bytes: Uint8Array): string | undefined {
  const text = lossyUtf8(bytes)
  return isExact(text, bytes) ? text : undefined
}

/** The text of UTF-8 bytes, with U+FFFD, or what is given instead, for what is not. */
export function lossyUtf8(bytes: Uint8Array, substitute: string = REPLACEMENT): string {
  const text = utf8Decoder.decode(bytes)
  return substitute === REPLACEMENT || isExact(text, bytes) ? text : text.replaceAll(REPLACEMENT, substitute)
}

/** A decoder that throws would take ten times as long where bytes are not UTF-8, and a torrent may have millions of such names. */
function isExact(text: string, bytes: Uint8Array): boolean {
  return !text.includes(REPLACEMENT) || equal(utf8(text), bytes)
}

/** How many bytes `utf8` would give. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

/** One char a byte (ISO 8859-1): an exact, comparable string form of any bytes. */
export function latin1(bytes: Uint8Array): string {
  return view(bytes).toString('latin1')
}

export function fromLatin1(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && view(a).equals(b)
}

/** A DataView of exactly these bytes. */
export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const { fill } = Buffer.prototype

/** As `into.set(part, at)`, which into shared memory copies byte by byte where the two are not aligned alike. */
export function copyInto(into: Uint8Array, part: Uint8Array, at: number): void {
  if (part.length > 0) fill.call(into, part, at, at + part.length)
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
