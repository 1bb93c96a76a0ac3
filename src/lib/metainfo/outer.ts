// The keys beside `info`: where to find peers and seeds. None is vital, so what is malformed is left out, with a warning
// where a user would wonder.
import type { PeerAddress } from '../base/address.ts'
import { tryUtf8 } from '../base/bytes.ts'
import { getText, isList } from '../bencode/access.ts'
import type { BencodeDict, BencodeValue } from '../bencode/value.ts'

const MAX_PORT = 65_535

/**
 * Tiers of tracker URLs: `announce-list` where it names any (BEP 12: `announce` is then ignored), else `announce`. No URL
 * stands twice.
 */
export function readTiers(metainfo: BencodeDict, warnings: string[]): readonly (readonly string[])[] {
  const seen = new Set<string>()
  const tiers: (readonly string[])[] = []
  const list = metainfo.get('announce-list')
  if (isList(list)) {
    if (list.some(tier => !isList(tier)))
      warnings.push('"announce-list" is not a list of lists; each URL is its own tier')
    for (const tier of list) addTier(tiers, textsOf(tier), seen)
  }
  if (tiers.length === 0) addTier(tiers, textsOf(metainfo.get('announce')), seen)
  return tiers
}

function addTier(tiers: (readonly string[])[], urls: readonly string[], seen: Set<string>): void {
  const fresh: string[] = []
  for (const url of urls) {
    if (seen.has(url)) continue
    seen.add(url)
    fresh.push(url)
  }
  if (fresh.length > 0) tiers.push(fresh)
}

/** `url-list` (BEP 19; a string or a list) and `httpseeds` (BEP 17), in this order, none twice. */
export function readWebSeeds(metainfo: BencodeDict): readonly string[] {
  return [...new Set([...textsOf(metainfo.get('url-list')), ...textsOf(metainfo.get('httpseeds'))])]
}

/** `nodes` of the DHT: pairs of host and port (BEP 5). */
export function readNodes(metainfo: BencodeDict, warnings: string[]): readonly PeerAddress[] {
  const list = metainfo.get('nodes')
  if (!isList(list)) return []
  const nodes: PeerAddress[] = []
  for (const entry of list) {
    const node = readNode(entry)
    if (node !== undefined) nodes.push(node)
  }
  if (nodes.length < list.length) warnings.push(`${list.length - nodes.length} of "nodes" are not a host and a port`)
  return nodes
}

function readNode(entry: BencodeValue): PeerAddress | undefined {
  if (!isList(entry)) return undefined
  const [host, port] = entry
  const text = host instanceof Uint8Array ? tryUtf8(host)?.trim() : undefined
  if (text === undefined || text === '' || typeof port !== 'number' || port < 1 || port > MAX_PORT) return undefined
  return { host: text, port }
}

/** A text for people: its `.utf-8` twin where there is one. */
export function readComment(metainfo: BencodeDict): string | undefined {
  return getText(metainfo, 'comment.utf-8') ?? getText(metainfo, 'comment')
}

/** The non-empty texts of a string or a list of strings. */
function textsOf(value: BencodeValue | undefined): readonly string[] {
  const texts: string[] = []
  for (const element of isList(value) ? value : [value]) {
    const text = element instanceof Uint8Array ? tryUtf8(element)?.trim() : undefined
    if (text !== undefined && text !== '') texts.push(text)
  }
  return texts
}
