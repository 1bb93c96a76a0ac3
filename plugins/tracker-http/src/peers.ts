// The forms in which an answer lists peers: compact (BEP 23, BEP 7) or dictionaries (BEP 3).
import type { AnnouncedPeer, BencodeDict, BencodeValue, Toolkit } from 'bt-toolbox/plugin'
import { exactText } from './text.ts'

/** The peers of `peers` and `peers6`, those without a usable port left out; or what is wrong with them. */
export function readPeers(answer: BencodeDict, kit: Toolkit): readonly AnnouncedPeer[] | string {
  const peers = readList(answer, 'peers', 4, kit)
  if (typeof peers === 'string') return peers
  const peers6 = readList(answer, 'peers6', 6, kit)
  return typeof peers6 === 'string' ? peers6 : [...peers, ...peers6]
}

/** BEP 24 `external ip`: 4 or 16 bytes. Undefined where it is something else. */
export function readExternalIp(answer: BencodeDict, kit: Toolkit): string | undefined {
  const bytes = answer.get('external ip')
  if (!(bytes instanceof Uint8Array) || (bytes.length !== 4 && bytes.length !== 16)) return undefined
  // A compact peer is an address and a port; any port will do to have the address written.
  return kit.compactPeers(Uint8Array.of(...bytes, 0, 1), bytes.length === 4 ? 4 : 6)?.[0]?.host
}

function readList(answer: BencodeDict, key: string, family: 4 | 6, kit: Toolkit): readonly AnnouncedPeer[] | string {
  const value = answer.get(key)
  if (value === undefined) return []
  if (value instanceof Uint8Array) {
    return (
      kit.compactPeers(value, family) ?? `"${key}" has ${value.length} bytes, no multiple of ${family === 4 ? 6 : 18}`
    )
  }
  if (!isList(value)) return `"${key}" is neither a string nor a list`
  const peers: AnnouncedPeer[] = []
  for (const entry of value) {
    const peer = readEntry(entry)
    if (peer === 'malformed') return `"${key}" has an entry that is no peer`
    if (peer !== 'unusable') peers.push(peer)
  }
  return peers
}

function readEntry(entry: BencodeValue): AnnouncedPeer | 'malformed' | 'unusable' {
  if (!(entry instanceof Map)) return 'malformed'
  const dict: BencodeDict = entry
  const ip = dict.get('ip')
  const port = dict.get('port')
  if (!(ip instanceof Uint8Array) || typeof port !== 'number') return 'malformed'
  const host = hostOf(exactText(ip))
  if (host === undefined || port < 1 || port > 65_535) return 'unusable'
  const peerId = dict.get('peer id')
  return peerId instanceof Uint8Array ? { host, port, peerId } : { host, port }
}

/** An address in canonical text, or a host name (BEP 3 allows one); undefined for anything else. */
function hostOf(text: string): string | undefined {
  if (/^[A-Za-z0-9.-]{1,253}$/.test(text)) return text
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1]
  if (mapped !== undefined) return mapped
  const url = `http://[${text}]`
  return /^[0-9a-f:.]+$/i.test(text) && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : undefined
}

function isList(value: BencodeValue): value is readonly BencodeValue[] {
  return Array.isArray(value)
}
