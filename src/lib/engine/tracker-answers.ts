// What a tracker's plugin hands over, as the contract has it. The plugin may be anybody's JavaScript: what it answers is
// looked at like what comes from the network, so that nothing behind this file meets a value of the wrong type.
import type { PeerAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import { isDict } from '../bencode/access.ts'
import { decode } from '../bencode/decode.ts'
import { encode } from '../bencode/encode.ts'
import { peersOf } from '../discovery/named-peers.ts'
import type {
  AnnouncedPeer,
  AnnounceResponse,
  BencodeDict,
  BencodeInput,
  ScrapeEntry,
  TraceStep,
} from '../plugin/api.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * Keeps the peers that are addresses, and of the optional fields those of the right type.
 * @throws BtError TRACKER_INVALID_ANSWER where peers or interval are missing
 */
export function responseOf(answer: unknown, url: string): AnnounceResponse {
  if (!isFields(answer) || !Array.isArray(answer['peers']) || !isAmount(answer['interval'])) {
    throw invalid(url, 'announce() gave no peers or no interval')
  }
  const { peers, interval, ...rest } = answer
  return {
    peers: peersOf(peers).map(announced),
    interval,
    ...only(rest, ['minInterval', 'complete', 'incomplete', 'downloaded'], isAmount),
    ...only(rest, ['warning', 'trackerId', 'externalIp'], isText),
    ...(rest['extra'] instanceof Map && extraOf(rest['extra'])),
  }
}

function announced({ host, port, peerId }: PeerAddress & { readonly peerId?: unknown }): AnnouncedPeer {
  return peerId instanceof Uint8Array ? { host, port, peerId } : { host, port }
}

/** What can be written as bencode is bencode. */
function extraOf(extra: Map<unknown, unknown>): { readonly extra?: BencodeDict } {
  try {
    const value = decode(encode(extra as BencodeInput))
    return isDict(value) ? { extra: value } : {}
  } catch {
    return {}
  }
}

/** Undefined for what is no step, or one that can not be shown. */
export function stepOf(step: unknown): TraceStep | undefined {
  if (!isFields(step) || !isText(step['what']) || !isText(step['peer']) || !isFields(step['fields'])) return undefined
  const { what, peer, fields, status, bytes } = step
  return {
    direction: step['direction'] === 'sent' ? 'sent' : 'received',
    what,
    peer,
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, typeof value === 'number' ? value : String(value)]),
    ),
    ...(typeof status === 'number' && { status }),
    ...(bytes instanceof Uint8Array && { bytes }),
  }
}

/** @throws BtError TRACKER_INVALID_ANSWER where there is no list; entries of the wrong shape are left out. */
export function scrapeEntriesOf(answer: unknown, url: string): readonly ScrapeEntry[] {
  if (!Array.isArray(answer)) throw invalid(url, 'scrape() gave no list')
  return answer.filter(isScrapeEntry)
}

function isScrapeEntry(value: unknown): value is ScrapeEntry {
  if (!isFields(value) || !(value['infoHash'] instanceof Uint8Array)) return false
  return ['complete', 'downloaded', 'incomplete'].every(key => isAmount(value[key]))
}

function only<T>(fields: Fields, keys: readonly string[], fits: (value: unknown) => value is T): Record<string, T> {
  const entries = keys.map(key => [key, fields[key]] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, T] => fits(entry[1])))
}

function invalid(url: string, fault: string): BtError {
  return new BtError(
    'TRACKER_INVALID_ANSWER',
    `tracker ${url}: its plugin's ${fault}; report it to the plugin's author`,
  )
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
