// The URLs of an announce (BEP 3) and of a scrape (BEP 48).
import type { AnnounceRequest, InfoHash } from 'bt-toolbox/plugin'
import { bytesOf } from './text.ts'

/** The announce URL with the request's keys after whatever query it has of its own (a passkey often stands there). */
export function announceUrl(url: URL, request: AnnounceRequest): URL {
  const keys = [
    `info_hash=${percentEncode(request.infoHash)}`,
    `peer_id=${percentEncode(request.peerId)}`,
    `port=${request.port}`,
    `uploaded=${request.uploaded}`,
    `downloaded=${request.downloaded}`,
    `left=${request.left}`,
    `compact=${request.compact === false ? 0 : 1}`, // BEP 23
    `numwant=${request.numWant}`,
    `key=${(request.key >>> 0).toString(16).padStart(8, '0')}`, // BEP 7
  ]
  if (request.event !== undefined) keys.push(`event=${request.event}`)
  if (request.trackerId !== undefined) keys.push(`trackerid=${percentEncode(bytesOf(request.trackerId))}`)
  if (request.noPeerId === true) keys.push('no_peer_id=1')
  if (request.ip !== undefined) keys.push(`ip=${encodeURIComponent(request.ip)}`)
  if (request.corrupt !== undefined) keys.push(`corrupt=${request.corrupt}`)
  return withQuery(url, keys)
}

/**
 * BEP 48: where the last part of the path begins with `announce`, that word becomes `scrape`. Undefined where it does not:
 * such a tracker has no address to scrape.
 */
export function scrapeUrl(url: URL, infoHashes: readonly InfoHash[]): URL | undefined {
  const match = /^(.*\/)announce([^/]*)$/.exec(url.pathname)
  if (match === null) return undefined
  const target = new URL(url)
  target.pathname = `${match[1]}scrape${match[2]}`
  return withQuery(
    target,
    infoHashes.map(infoHash => `info_hash=${percentEncode(infoHash)}`),
  )
}

function withQuery(url: URL, keys: readonly string[]): URL {
  const target = new URL(url)
  const own = url.search.slice(1).replace(/&+$/, '')
  target.search = [...(own === '' ? [] : [own]), ...keys].join('&')
  target.hash = ''
  return target
}

/** RFC 3986: unreserved characters stand for themselves, every other byte is escaped. */
function percentEncode(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const char = String.fromCodePoint(byte)
    text += /[A-Za-z0-9._~-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}
