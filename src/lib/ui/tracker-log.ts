// How calls to trackers are logged: what was asked, answered or failed; at level trace, what went over the network for it.
import { formatAddress } from '../base/address.ts'
import { hex, tryUtf8 } from '../base/bytes.ts'
import { decode } from '../bencode/decode.ts'
import type { BencodeDict } from '../bencode/value.ts'
import type { TrackerRecord } from '../engine/diagnostics.ts'
import type { LogEntry } from './log-line.ts'

/** Characters of an answer that is not bencoded, such as a page that says "not found". */
const MAX_TEXT = 2_000

export function trackerEntry(record: TrackerRecord): LogEntry {
  const { url, infoHash } = record
  const base = infoHash === undefined ? {} : { infoHash }
  switch (record.type) {
    case 'announce':
      return { ...base, ...announceEntry(record, url) }
    case 'scrape':
      return { ...base, ...scrapeEntry(record, url) }
    case 'failed':
      return {
        ...base,
        level: 'warn',
        event: 'trackerFailed',
        message: record.error.message,
        fields: { url, code: record.error.code },
      }
    case 'http':
      return { ...base, level: 'trace', event: 'http', fields: httpFields(record, url) }
    default:
      return {
        ...base,
        level: 'trace',
        event: 'udp',
        fields: { direction: record.direction, url, address: formatAddress(record), data: hex(record.data) },
      }
  }
}

function announceEntry(record: Extract<TrackerRecord, { type: 'announce' }>, url: string): LogEntry {
  if (record.direction === 'out') {
    const { infoHash: _, peerId, event: announced, ...rest } = record.request
    const fields = {
      direction: 'out',
      url,
      ...(announced !== undefined && { announced }),
      peerId: hex(peerId),
      ...rest,
    }
    return { level: 'debug', event: 'announceSent', fields }
  }
  const { peers, ...rest } = record.response
  return {
    level: 'info',
    event: 'announceAnswered',
    fields: { direction: 'in', url, ...rest, peers: peers.map(formatAddress) },
  }
}

function scrapeEntry(record: Extract<TrackerRecord, { type: 'scrape' }>, url: string): LogEntry {
  if (record.direction === 'out') {
    const infoHashes = record.infoHashes.map(hash => hex(hash))
    return { level: 'debug', event: 'scrapeSent', fields: { direction: 'out', url, infoHashes } }
  }
  const entries = record.entries.map(entry => ({ ...entry, infoHash: hex(entry.infoHash) }))
  return { level: 'info', event: 'scrapeAnswered', fields: { direction: 'in', url, entries } }
}

function httpFields(record: Extract<TrackerRecord, { type: 'http' }>, url: string): Record<string, unknown> {
  if (record.direction === 'out') return { direction: 'out', url, request: record.href }
  const { status, body } = record.answer
  return { direction: 'in', url, status, body: readable(body) }
}

function readable(body: Uint8Array): BencodeDict | string {
  try {
    const value = decode(body, { lenient: true })
    if (value instanceof Map) return value
  } catch {
    // Said as the text that it may be.
  }
  return tryUtf8(body)?.slice(0, MAX_TEXT) ?? hex(body.subarray(0, MAX_TEXT))
}
