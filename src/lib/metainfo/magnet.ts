// Magnet links (BEP 9 "magnet URI format", BEP 53): the info-hash of a torrent and where to start looking for its peers.
import { formatAddress, parseAddress, type PeerAddress } from '../base/address.ts'
import { equal, fromHex, hex } from '../base/bytes.ts'
import { BtError, messageOf } from '../base/errors.ts'
import { infoHash, type InfoHash } from '../base/ids.ts'
import { fromBase32 } from './base32.ts'
import { percentDecode, percentEncode } from './percent.ts'

/** A magnet link (BEP 9 and 53). */
export interface Magnet {
  readonly infoHash: InfoHash
  /** 32 bytes, of a hybrid torrent (`urn:btmh`). */
  readonly infoHashV2?: Uint8Array
  /** As the link has it: fit to show once controls are escaped, not fit as a file name (see `safeElement`). */
  readonly displayName?: string
  readonly trackers: readonly string[]
  /** `x.pe` */
  readonly peers: readonly PeerAddress[]
  /** `ws` (BEP 19) */
  readonly webSeeds: readonly string[]
  /** `so` (BEP 53): ranges of file indices, both ends included, in the order of the link. */
  readonly selectOnly?: readonly (readonly [from: number, to: number])[]
  /** `xl`: bytes of the content. */
  readonly exactLength?: number
}

/** What a link is made from; only the info-hash is needed. */
export type MagnetParts = Pick<Magnet, 'infoHash'> & Partial<Magnet>

const SCHEME = /^magnet:\?/i
/** A multihash: SHA-256 (0x12) of 32 bytes (0x20). */
const BTMH = /^1220([0-9a-f]{64})$/i
const HEX_HASH = /^[0-9a-f]{40}$/i
const BASE32_HASH = /^[a-z2-7]{32}$/i

/**
 * Parameters with an empty value or an unknown name are passed over, and so are topics that are not of BitTorrent.
 * @throws BtError MAGNET_INVALID naming the parameter; UNSUPPORTED_TORRENT for a link to a v2-only torrent.
 */
export function parseMagnet(text: string): Magnet {
  const link = text.trim()
  if (!SCHEME.test(link)) fail('it does not start with "magnet:?"')
  const parameters = readParameters(link.replace(SCHEME, ''))
  const all = (name: string): readonly string[] => parameters.get(name) ?? []
  const first = (name: string): string | undefined => parameters.get(name)?.[0]

  const { infoHash, infoHashV2 } = readTopics(all('xt'))
  const displayName = first('dn')
  const selectOnly = first('so')
  const exactLength = first('xl')
  return {
    infoHash,
    ...(infoHashV2 === undefined ? {} : { infoHashV2 }),
    ...(displayName === undefined ? {} : { displayName }),
    trackers: [...new Set(all('tr'))],
    peers: all('x.pe').map(readPeer),
    webSeeds: [...new Set(all('ws'))],
    ...(selectOnly === undefined ? {} : { selectOnly: selectOnly.split(',').map(readRange) }),
    ...(exactLength === undefined ? {} : { exactLength: readInteger('xl', exactLength) }),
  }
}

/** The link, with everything that `parseMagnet` reads; parsing it gives the parts again. */
export function formatMagnet(parts: MagnetParts): string {
  const parameters = [`xt=urn:btih:${hex(parts.infoHash)}`]
  const add = (name: string, value: string): number => parameters.push(`${name}=${percentEncode(value)}`)
  if (parts.infoHashV2 !== undefined) parameters.push(`xt=urn:btmh:1220${hex(parts.infoHashV2)}`)
  if (parts.displayName !== undefined) add('dn', parts.displayName)
  if (parts.exactLength !== undefined) add('xl', String(parts.exactLength))
  for (const tracker of parts.trackers ?? []) add('tr', tracker)
  for (const seed of parts.webSeeds ?? []) add('ws', seed)
  // Left bare, as in the examples of BEP 9: not every client decodes these.
  for (const peer of parts.peers ?? []) parameters.push(`x.pe=${formatAddress(peer)}`)
  const ranges = (parts.selectOnly ?? []).map(([from, to]) => (from === to ? String(from) : `${from}-${to}`))
  if (ranges.length > 0) parameters.push(`so=${ranges.join(',')}`)
  return `magnet:?${parameters.join('&')}`
}

/** Non-empty values by lower-case name; `tr.1` and `tr.2` are both `tr`. */
function readParameters(query: string): ReadonlyMap<string, string[]> {
  const parameters = new Map<string, string[]>()
  for (const parameter of query.split('&')) {
    const equals = parameter.indexOf('=')
    if (equals < 0) continue
    const name = percentDecode(parameter.slice(0, equals))
      .toLowerCase()
      .replace(/\.\d+$/, '')
    const raw = parameter.slice(equals + 1)
    // A plus is a space in names that came out of an HTML form; in a URL or an address it is a plus.
    const value = name === 'dn' ? percentDecode(raw.replaceAll('+', ' ')) : percentDecode(raw).trim()
    if (value === '') continue
    const values = parameters.get(name)
    if (values === undefined) parameters.set(name, [value])
    else values.push(value)
  }
  return parameters
}

function readTopics(topics: readonly string[]): Pick<Magnet, 'infoHash' | 'infoHashV2'> {
  let v1: Uint8Array | undefined
  let v2: Uint8Array | undefined
  for (const topic of topics) {
    const [, kind, value = ''] = /^urn:(btih|btmh):(.*)$/is.exec(topic) ?? []
    if (kind?.toLowerCase() === 'btih') v1 = same('btih', v1, readBtih(value))
    if (kind?.toLowerCase() === 'btmh') v2 = same('btmh', v2, readBtmh(value))
  }
  if (v1 !== undefined) return { infoHash: infoHash(v1), ...(v2 === undefined ? {} : { infoHashV2: v2 }) }
  if (v2 === undefined) return fail('it has no "xt=urn:btih:" with an info-hash')
  throw new BtError(
    'UNSUPPORTED_TORRENT',
    'the magnet link is of a v2-only torrent (it has urn:btmh but no urn:btih); bt needs the v1 info-hash of a v1 or hybrid torrent',
  )
}

/** A link names one torrent: the same hash may stand twice, two hashes may not. */
function same(kind: string, known: Uint8Array | undefined, hash: Uint8Array): Uint8Array {
  if (known !== undefined && !equal(known, hash)) fail(`it has two different "xt=urn:${kind}:"`)
  return hash
}

function readBtih(value: string): Uint8Array {
  const bytes = HEX_HASH.test(value) ? fromHex(value) : BASE32_HASH.test(value) ? fromBase32(value) : undefined
  return bytes ?? fail(`"xt=urn:btih:${brief(value)}" is neither 40 hexadecimal digits nor 32 of base32`)
}

function readBtmh(value: string): Uint8Array {
  const digest = BTMH.exec(value)?.[1]
  const bytes = digest === undefined ? undefined : fromHex(digest)
  return bytes ?? fail(`"xt=urn:btmh:${brief(value)}" is not 1220 and 64 hexadecimal digits`)
}

function readPeer(value: string): PeerAddress {
  try {
    return parseAddress(value)
  } catch (error) {
    return fail(`x.pe: ${messageOf(error)}`)
  }
}

function readRange(text: string): readonly [from: number, to: number] {
  const [, start, end] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(text) ?? []
  if (start === undefined) return fail(`so: "${brief(text)}" is not a file index, or two with a dash between`)
  const from = readInteger('so', start)
  const to = end === undefined ? from : readInteger('so', end)
  return from <= to ? [from, to] : fail(`so: ${from}-${to} ends before it starts`)
}

function readInteger(name: string, text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(value) ? value : fail(`${name}: "${brief(text)}" is not a number from 0 to 2^53 - 1`)
}

function fail(what: string): never {
  throw new BtError('MAGNET_INVALID', `invalid magnet link: ${what}`)
}

function brief(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
