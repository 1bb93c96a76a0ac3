// The body of an answer, never more of it in memory than the limit, before decompression and after.
import { promisify } from 'node:util'
import { gunzip, inflate, inflateRaw } from 'node:zlib'
import { BtError, messageOf } from '../base/errors.ts'

/** Bytes to begin with; doubled whenever they are full. */
const FIRST_ROOM = 16_384

/**
 * Copied together as it comes: a byte at a time, each chunk would take hundreds of bytes to keep.
 * @throws BtError HTTP_FAILED as soon as there are more bytes than `maxBytes`.
 */
export async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number, host: string): Promise<Uint8Array> {
  let bytes = new Uint8Array(Math.min(FIRST_ROOM, maxBytes))
  let length = 0
  for await (const chunk of body) {
    if (length + chunk.length > maxBytes) throw tooLong(maxBytes, host)
    if (length + chunk.length > bytes.length) {
      const grown = new Uint8Array(Math.min(maxBytes, Math.max(2 * bytes.length, length + chunk.length)))
      grown.set(bytes.subarray(0, length))
      bytes = grown
    }
    bytes.set(chunk, length)
    length += chunk.length
  }
  return bytes.subarray(0, length)
}

/**
 * Undoes a content-encoding of gzip or deflate, once: of several layers each could grow a thousandfold, and nobody needs them.
 * @throws BtError HTTP_FAILED for another encoding, for damaged data, or where more than `maxBytes` would come out.
 */
export async function decodeBody(
  body: Uint8Array,
  encoding: string,
  maxBytes: number,
  host: string,
): Promise<Uint8Array> {
  const name = encoding.trim().toLowerCase()
  if (name === '' || name === 'identity' || body.length === 0) return body
  const decompress = decompressor(name, body)
  if (decompress === undefined) {
    throw new BtError('HTTP_FAILED', `${host} sent a body compressed as "${name}", which was not asked for`)
  }
  try {
    return await decompress(body, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof RangeError) throw tooLong(maxBytes, host)
    throw new BtError('HTTP_FAILED', `${host} sent a damaged ${name} body: ${messageOf(error)}`, { cause: error })
  }
}

type Decompress = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>

function decompressor(encoding: string, body: Uint8Array): Decompress | undefined {
  if (encoding === 'gzip' || encoding === 'x-gzip') return promisify(gunzip)
  if (encoding !== 'deflate') return undefined
  // RFC 9110 says zlib's format; some servers send bare deflate. Zlib's first byte names the method, 8.
  return ((body[0] ?? 0) & 0x0f) === 8 ? promisify(inflate) : promisify(inflateRaw)
}

function tooLong(maxBytes: number, host: string): BtError {
  return new BtError('HTTP_FAILED', `${host} sent more than ${maxBytes} bytes`)
}
