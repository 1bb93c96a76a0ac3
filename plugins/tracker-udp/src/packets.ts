// The packets of BEP 15, byte for byte; all numbers are big-endian. Nobody may expect a packet to end where it does today,
// so what follows the known fields is looked past.
import type { AnnounceRequest, AnnounceResponse, InfoHash, ScrapeEntry, Toolkit } from 'bt-toolbox/plugin'

export const ACTION = { connect: 0, announce: 1, scrape: 2, error: 3 } as const
export type Action = (typeof ACTION)[keyof typeof ACTION]

/** What a connect request holds in place of a connection id. */
const PROTOCOL_ID = 0x417_2710_1980n
const EVENTS = { completed: 1, started: 2, stopped: 3 } as const
/** Bytes of an answer's fixed part. */
const CONNECT_ANSWER_LENGTH = 16
const ANNOUNCE_ANSWER_LENGTH = 20
const SCRAPE_ENTRY_LENGTH = 12
const HEADER_LENGTH = 8

/** 8 bytes, the tracker's. */
export type ConnectionId = Uint8Array

export interface Answer {
  readonly action: number
  readonly transaction: number
  readonly data: Uint8Array
}

/** Undefined for a datagram too short to be an answer. */
export function readAnswer(data: Uint8Array): Answer | undefined {
  if (data.length < HEADER_LENGTH) return undefined
  const view = viewOf(data)
  return { action: view.getUint32(0), transaction: view.getUint32(4), data }
}

/** The words of an error answer. */
export function readError(data: Uint8Array): Uint8Array {
  return data.subarray(HEADER_LENGTH)
}

export function connectRequest(transaction: number): Uint8Array {
  const packet = new Uint8Array(16)
  const view = viewOf(packet)
  view.setBigUint64(0, PROTOCOL_ID)
  view.setUint32(8, ACTION.connect)
  view.setUint32(12, transaction)
  return packet
}

/** Undefined where the answer is too short. */
export function readConnect(data: Uint8Array): ConnectionId | undefined {
  return data.length < CONNECT_ANSWER_LENGTH ? undefined : data.slice(8, CONNECT_ANSWER_LENGTH)
}

/** With the options of BEP 41 after it. @param ip 4 bytes; zeros mean the address that the packet comes from. */
export function announceRequest(
  id: ConnectionId,
  transaction: number,
  request: AnnounceRequest,
  options: Uint8Array,
  ip: Uint8Array,
): Uint8Array {
  const packet = new Uint8Array(98 + options.length)
  const view = viewOf(packet)
  packet.set(id, 0)
  view.setUint32(8, ACTION.announce)
  view.setUint32(12, transaction)
  packet.set(request.infoHash, 16)
  packet.set(request.peerId, 36)
  view.setBigUint64(56, BigInt(request.downloaded))
  view.setBigUint64(64, BigInt(request.left))
  view.setBigUint64(72, BigInt(request.uploaded))
  view.setUint32(80, request.event === undefined ? 0 : EVENTS[request.event])
  packet.set(ip, 84)
  view.setUint32(88, request.key)
  view.setInt32(92, request.numWant)
  view.setUint16(96, request.port)
  packet.set(options, 98)
  return packet
}

/** opentracker's way to refuse a torrent that it does not serve: the answer ends where the interval should begin. */
export function isBareAnswer(data: Uint8Array): boolean {
  return data.length === HEADER_LENGTH
}

/** `family`: that of the socket, which decides the form of the peers. Undefined where the answer is too short. */
export function readAnnounce(data: Uint8Array, family: 4 | 6, kit: Toolkit): AnnounceResponse | undefined {
  if (data.length < ANNOUNCE_ANSWER_LENGTH) return undefined
  const view = viewOf(data)
  const peers = data.subarray(ANNOUNCE_ANSWER_LENGTH)
  const whole = peers.length - (peers.length % (family === 4 ? 6 : 18))
  return {
    interval: view.getUint32(8),
    incomplete: view.getUint32(12),
    complete: view.getUint32(16),
    peers: kit.compactPeers(peers.subarray(0, whole), family) ?? [],
  }
}

export function scrapeRequest(id: ConnectionId, transaction: number, infoHashes: readonly InfoHash[]): Uint8Array {
  const packet = new Uint8Array(16 + 20 * infoHashes.length)
  const view = viewOf(packet)
  packet.set(id, 0)
  view.setUint32(8, ACTION.scrape)
  view.setUint32(12, transaction)
  for (const [index, infoHash] of infoHashes.entries()) packet.set(infoHash, 16 + 20 * index)
  return packet
}

/** The entries in the order of the info-hashes. Undefined where the answer is too short for them. */
export function readScrape(data: Uint8Array, infoHashes: readonly InfoHash[]): readonly ScrapeEntry[] | undefined {
  if (data.length < HEADER_LENGTH + SCRAPE_ENTRY_LENGTH * infoHashes.length) return undefined
  const view = viewOf(data)
  return infoHashes.map((infoHash, index) => {
    const at = HEADER_LENGTH + SCRAPE_ENTRY_LENGTH * index
    return {
      infoHash,
      complete: view.getUint32(at),
      downloaded: view.getUint32(at + 4),
      incomplete: view.getUint32(at + 8),
    }
  })
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
