// One announce, as lines and as JSON: what was sent, what came back, and what the tracker meant.
import { formatAddress } from '../base/address.ts'
import { hex, latin1, tryUtf8 } from '../base/bytes.ts'
import { decode } from '../bencode/decode.ts'
import { toJson } from '../bencode/json.ts'
import type { BencodeValue } from '../bencode/value.ts'
import type { AnnounceOutcome, TimedStep } from '../engine/announce-once.ts'
import type { AnnouncedPeer, AnnounceRequest, AnnounceResponse } from '../plugin/api.ts'
import { columns } from './columns.ts'
import { printable } from './format.ts'
import { errorJson } from './tracker-answers.ts'

/** Characters of an answer that makes no sense that are shown. */
const MAX_SHOWN = 300

/** `> ` stands before what was sent, `< ` before what came, as curl has it. */
export function stepLines(steps: readonly TimedStep[]): readonly string[] {
  return steps.flatMap(({ direction, what, peer, fields, at }) => {
    const mark = direction === 'sent' ? '>' : '<'
    const head = `${mark} ${printable(`${what} ${peer}`)} (${milliseconds(at)})`
    return [head, ...Object.entries(fields).map(([name, value]) => `${mark}   ${printable(`${name}: ${value}`)}`)]
  })
}

/** One `Key: value` a line, then a peer a line; of a failure only what is known besides its message. */
export function announceLines({ url, steps, elapsed, answer }: AnnounceOutcome): readonly string[] {
  const status = steps.findLast(step => step.status !== undefined)?.status
  const head = [`Tracker: ${printable(url)}`, ...line('HTTP Status', status), `Time: ${milliseconds(elapsed)}`]
  if ('response' in answer) return [...head, ...responseLines(answer.response)]
  const { retryAfter } = answer.error.details
  const body =
    answer.error.code === 'TRACKER_REFUSED' && answer.error.details['reason'] !== undefined ? '' : bodyText(steps)
  return [
    ...head,
    ...line('Failure Reason', text(answer.error.details['reason'])),
    ...line('Retry After', text(retryAfter)),
    ...line('Answer', body === '' ? undefined : body),
  ]
}

function responseLines(response: AnnounceResponse): readonly string[] {
  const extra = [...(response.extra ?? [])].map(([key, value]) => `${printable(key)}: ${toJson(value)}`)
  return [
    ...line('Warning', text(response.warning)),
    ...line('Interval', response.interval),
    ...line('Min Interval', response.minInterval),
    ...line('Complete', response.complete),
    ...line('Incomplete', response.incomplete),
    ...line('Downloaded', response.downloaded),
    ...line('External IP', response.externalIp),
    ...line('Tracker ID', text(response.trackerId)),
    ...extra,
    `Peers: ${response.peers.length}`,
    ...columns(response.peers.map(peerCells)),
  ]
}

function peerCells(peer: AnnouncedPeer): readonly string[] {
  const address = printable(formatAddress(peer))
  if (peer.peerId === undefined) return [address]
  return [address, hex(peer.peerId), printable(latin1(peer.peerId))]
}

/** The whole, for scripts. */
export function announceReport({ url, request, steps, elapsed, answer }: AnnounceOutcome): object {
  return {
    tracker: url,
    request: requestJson(request),
    ms: round(elapsed),
    status: steps.findLast(step => step.status !== undefined)?.status,
    ...('error' in answer
      ? { error: { ...errorJson(answer.error), ...answer.error.details } }
      : { response: responseJson(answer.response) }),
    steps: steps.map(({ direction, what, peer, fields, at, bytes }) => ({
      direction,
      what,
      peer,
      ms: round(at),
      fields,
      ...(bytes !== undefined && { bytes: hex(bytes), answer: bencodeJson(bytes) }),
    })),
  }
}

function requestJson({ infoHash, peerId, key, ...rest }: AnnounceRequest): object {
  return { infoHash: hex(infoHash), peerId: hex(peerId), key: keyText(key), ...rest }
}

function responseJson({ peers, extra, ...rest }: AnnounceResponse): object {
  return {
    ...rest,
    peers: peers.map(peer => ({
      address: formatAddress(peer),
      ...(peer.peerId !== undefined && { peerId: hex(peer.peerId) }),
    })),
    ...(extra !== undefined && { extra: JSON.parse(toJson(extra)) as unknown }),
  }
}

/** BEP 7: 8 hexadecimal digits. */
function keyText(key: number): string {
  return (key >>> 0).toString(16).padStart(8, '0')
}

/** What an answer holds, where it is bencoded. */
function bencodeJson(bytes: Uint8Array): unknown {
  const value = tryDecode(bytes)
  return value === undefined ? undefined : (JSON.parse(toJson(value)) as unknown)
}

function tryDecode(bytes: Uint8Array): BencodeValue | undefined {
  try {
    return decode(bytes, { lenient: true })
  } catch {
    return undefined
  }
}

/** The start of the last body that came; of a packet nothing, since its fields are shown. */
function bodyText(steps: readonly TimedStep[]): string {
  const body = steps.findLast(step => step.direction === 'received' && step.status !== undefined)?.bytes
  if (body === undefined || body.length === 0) return ''
  const shown = (tryUtf8(body) ?? latin1(body)).replaceAll(/\s+/g, ' ').trim()
  return printable(shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown)
}

function line(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [`${name}: ${value}`]
}

function text(value: string | number | boolean | undefined): string | undefined {
  return value === undefined ? undefined : printable(String(value))
}

function milliseconds(value: number): string {
  return `${value.toFixed(1)} ms`
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
