// What a tracker remembers from one run to the next, as one bencoded dictionary: the counts of downloads, and the peers in
// the order in which they announced last. They are restored by announcing again, so what is wrong in them can do no more
// harm than a stranger's announce.
import { concat, dataView, fromLatin1, latin1 } from '../base/bytes.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import { getBytes, getDict, getInteger, isDict } from '../bencode/access.ts'
import { decode } from '../bencode/decode.ts'
import { encode } from '../bencode/encode.ts'
import type { BencodeDict } from '../bencode/value.ts'
import type { Swarms } from './swarms.ts'

const FORMAT = 'bt tracker state 1'
const PORT_LENGTH = 2
/** A peer: flags, seconds since its announce (4 bytes), info-hash, peer id, compact form of 6 or 18 bytes. */
const HEAD = 1 + 4 + 2 * HASH_LENGTH
const SEED = 1
const IPV6 = 2
const COMPACT_IPV4 = 6
const COMPACT_IPV6 = 18

/** @param wall Unix milliseconds. */
export function encodeState(swarms: Swarms, now: number, wall: number): Uint8Array {
  const peers: Uint8Array[] = []
  for (const { infoHash, peerId, endpoint, seed, seenAt } of swarms.peers(now)) {
    const record = new Uint8Array(HEAD + endpoint.length)
    record[0] = (seed ? SEED : 0) | (endpoint.length === COMPACT_IPV4 ? 0 : IPV6)
    dataView(record).setUint32(1, Math.floor((now - seenAt) / 1000))
    record.set(fromLatin1(infoHash + peerId), 5)
    record.set(endpoint, HEAD)
    peers.push(record)
  }
  return encode({
    format: FORMAT,
    'saved at': Math.floor(wall / 1000),
    downloads: new Map(swarms.downloads()),
    peers: concat(peers),
  })
}

/** @param wall Unix milliseconds. @returns what is wrong with the state, in which case nothing of it was used. */
export function restoreState(
  swarms: Swarms,
  state: Uint8Array,
  now: number,
  wall: number,
): 'restored' | { readonly fault: string } {
  const dict = tryDecode(state)
  const [savedAt, peers, downloads] = dict === undefined ? [] : partsOf(dict)
  if (savedAt === undefined || peers === undefined || downloads === undefined) {
    return { fault: 'it is not the state of a tracker' }
  }
  // A clock that was set back makes nobody younger.
  const away = Math.max(0, wall - savedAt * 1000)
  for (let at = 0; at + HEAD + COMPACT_IPV4 <= peers.length;) {
    const record = peers.subarray(at, at + HEAD + ((peers[at] ?? 0) & IPV6 ? COMPACT_IPV6 : COMPACT_IPV4))
    at += record.length
    restorePeer(swarms, record, now - away)
  }
  for (const [infoHash, count] of downloads) {
    if (infoHash.length === HASH_LENGTH && typeof count === 'number') swarms.restoreDownloads(infoHash, count)
  }
  swarms.expire(now)
  return 'restored'
}

function restorePeer(swarms: Swarms, record: Uint8Array, savedAt: number): void {
  const fields = dataView(record)
  const ids = latin1(record.subarray(5, HEAD))
  swarms.announce(
    {
      infoHash: ids.slice(0, HASH_LENGTH),
      peerId: ids.slice(HASH_LENGTH),
      address: record.subarray(HEAD, -PORT_LENGTH),
      port: fields.getUint16(record.length - PORT_LENGTH),
      seed: (fields.getUint8(0) & SEED) !== 0,
      numWant: 0,
    },
    savedAt - fields.getUint32(1) * 1000,
  )
}

function partsOf(dict: BencodeDict): [number | undefined, Uint8Array | undefined, BencodeDict | undefined] {
  const format = getBytes(dict, 'format')
  if (format === undefined || latin1(format) !== FORMAT) return [undefined, undefined, undefined]
  return [getInteger(dict, 'saved at'), getBytes(dict, 'peers'), getDict(dict, 'downloads')]
}

function tryDecode(state: Uint8Array): BencodeDict | undefined {
  try {
    const value = decode(state)
    return isDict(value) ? value : undefined
  } catch {
    return undefined
  }
}
