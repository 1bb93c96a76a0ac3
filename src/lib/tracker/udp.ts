// The UDP tracker (BEP 15) without its socket: a datagram in, at most one out. What is malformed or shows no valid
// connection id gets no answer, and a connect gets 16 bytes for its 16, so nobody's traffic is multiplied by a forged address.
import { concat, dataView, latin1, utf8 } from '../base/bytes.ts'
import { HASH_LENGTH } from '../base/ids.ts'
import type { ConnectionIds } from './connection-id.ts'
import type { AnnounceEvent } from './swarm-announce.ts'
import { MAX_NUMWANT } from './swarms.ts'
import type { Origin, Tracker } from './tracker.ts'

/** Bytes: IPv6's least packet of 1,280 (RFC 8200, section 5) less its and UDP's header, so no answer is fragmented. */
export const MAX_ANSWER = 1232
/** Info-hashes in one scrape (BEP 15 "up to about 74"); those after it are not answered. */
export const MAX_SCRAPE = 74

const PROTOCOL_ID = 0x417_2710_1980n
const ACTION = { connect: 0, announce: 1, scrape: 2, error: 3 } as const
const EVENTS: readonly (AnnounceEvent | undefined)[] = [undefined, 'completed', 'started', 'stopped']

const REQUEST_HEADER = 16
const ANNOUNCE_REQUEST = 98
const ANNOUNCE_HEADER = 20
const SCRAPE_HEADER = 8
const SCRAPE_ENTRY = 12
const IPV4_ENTRY = 6
const IPV6_ENTRY = 18

/** @returns undefined where there is nothing to answer. Never throws, whatever the datagram holds. */
export function answerDatagram(
  tracker: Tracker,
  ids: ConnectionIds,
  datagram: Uint8Array,
  origin: Origin,
): Uint8Array | undefined {
  if (datagram.length < REQUEST_HEADER) return undefined
  const fields = dataView(datagram)
  const action = fields.getUint32(8)
  if (action === ACTION.connect) {
    return fields.getBigUint64(0) === PROTOCOL_ID ? connect(fields, ids, origin) : undefined
  }
  if (action !== ACTION.announce && action !== ACTION.scrape) return undefined
  if (!ids.valid(datagram.subarray(0, 8), origin.address, origin.now)) return undefined
  return action === ACTION.announce ? announce(tracker, datagram, origin) : scrape(tracker, datagram, origin)
}

function connect(request: DataView, ids: ConnectionIds, origin: Origin): Uint8Array {
  return concat([header(request, ACTION.connect, 8), ids.issue(origin.address, origin.now)])
}

/** The address field is not read: the socket's is the only one that the connection id vouches for. */
function announce(tracker: Tracker, datagram: Uint8Array, origin: Origin): Uint8Array | undefined {
  if (datagram.length < ANNOUNCE_REQUEST) return undefined
  const fields = dataView(datagram)
  const event = EVENTS[fields.getUint32(80)]
  const identifiers = latin1(datagram.subarray(16, 16 + 2 * HASH_LENGTH))
  const answer = tracker.announce(
    {
      infoHash: identifiers.slice(0, HASH_LENGTH),
      peerId: identifiers.slice(HASH_LENGTH),
      port: fields.getUint16(96),
      seed: fields.getBigUint64(64) === 0n,
      ...(event === undefined ? {} : { event }),
      numWant: fitting(fields.getInt32(92), origin),
    },
    origin,
  )
  if (typeof answer === 'string') return concat([header(fields, ACTION.error, 8), utf8(answer)])
  const bytes = header(fields, ACTION.announce, ANNOUNCE_HEADER + answer.peers.compactLength)
  const out = dataView(bytes)
  out.setUint32(8, tracker.interval)
  out.setUint32(12, answer.leeches)
  out.setUint32(16, answer.seeds)
  answer.peers.writeCompact(bytes, ANNOUNCE_HEADER)
  return bytes
}

function scrape(tracker: Tracker, datagram: Uint8Array, origin: Origin): Uint8Array {
  const count = Math.min(MAX_SCRAPE, Math.floor((datagram.length - REQUEST_HEADER) / HASH_LENGTH))
  const text = latin1(datagram.subarray(REQUEST_HEADER))
  const hashes = Array.from({ length: count }, (_, i) => text.slice(i * HASH_LENGTH, (i + 1) * HASH_LENGTH))
  const answer = header(dataView(datagram), ACTION.scrape, SCRAPE_HEADER + count * SCRAPE_ENTRY)
  const out = dataView(answer)
  for (const [i, counts] of tracker.scrape(hashes, origin).entries()) {
    const at = SCRAPE_HEADER + i * SCRAPE_ENTRY
    out.setUint32(at, counts.seeds)
    out.setUint32(at + 4, counts.downloaded)
    out.setUint32(at + 8, counts.leeches)
  }
  return answer
}

/** Action and the request's transaction id, and room for the rest. */
function header(request: DataView, action: number, length: number): Uint8Array {
  const answer = new Uint8Array(length)
  const out = dataView(answer)
  out.setUint32(0, action)
  out.setUint32(4, request.getUint32(12))
  return answer
}

/** As many peers as the answer has room for; -1 stands for the tracker's default. */
function fitting(numWant: number, origin: Origin): number {
  const entry = origin.address.length === 4 ? IPV4_ENTRY : IPV6_ENTRY
  const room = Math.min(MAX_NUMWANT, Math.floor((MAX_ANSWER - ANNOUNCE_HEADER) / entry))
  return Math.min(numWant, room)
}
