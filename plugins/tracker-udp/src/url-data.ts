// BEP 41: a UDP tracker learns the path and query of its URL from options after the announce request.

const URL_DATA = 2
/** A length field has one byte. */
const MAX_OPTION_LENGTH = 255

/** The options that carry path and query, split where they are longer than one takes; none where the URL has neither. */
export function urlDataOptions(url: URL): Uint8Array {
  // URL keeps them in ASCII, escaped as they stand.
  const data = new TextEncoder().encode(url.pathname + url.search)
  const options: number[] = []
  for (let at = 0; at < data.length; at += MAX_OPTION_LENGTH) {
    const part = data.subarray(at, at + MAX_OPTION_LENGTH)
    options.push(URL_DATA, part.length, ...part)
  }
  return Uint8Array.from(options)
}
