// The three messages of BEP 9, "extension message": a bencoded dictionary, and after that of `data` the piece itself.
import type { BencodeDict, BencodeValue, Toolkit } from 'bt-toolbox/plugin'

const MSG_TYPE = { request: 0, data: 1, reject: 2 } as const

export type MetadataMessage =
  | { readonly type: 'request'; readonly piece: number }
  | DataMessage
  | { readonly type: 'reject'; readonly piece: number }
  /** Another msg_type; "an unrecognized message ID MUST be ignored". */
  | { readonly type: 'unknown' }
  | { readonly type: 'malformed' }

export interface DataMessage {
  readonly type: 'data'
  readonly piece: number
  /** Bytes of the whole metadata, if the peer sent that. */
  readonly totalSize: number | undefined
  /** The piece: a view into the payload. */
  readonly bytes: Uint8Array
}

/** Never throws. */
export function decodeMessage(kit: Toolkit, payload: Uint8Array): MetadataMessage {
  const prefix = decodeDict(kit, payload)
  if (prefix === undefined) return { type: 'malformed' }
  const { dict, end } = prefix
  const msgType = integer(dict.get('msg_type'))
  if (msgType === undefined) return { type: 'malformed' }
  if (msgType !== MSG_TYPE.request && msgType !== MSG_TYPE.data && msgType !== MSG_TYPE.reject) {
    return { type: 'unknown' }
  }
  const piece = integer(dict.get('piece'))
  if (piece === undefined || piece < 0) return { type: 'malformed' }
  if (msgType === MSG_TYPE.request) return { type: 'request', piece }
  if (msgType === MSG_TYPE.reject) return { type: 'reject', piece }
  return { type: 'data', piece, totalSize: integer(dict.get('total_size')), bytes: payload.subarray(end) }
}

export function encodeRequest(kit: Toolkit, piece: number): Uint8Array {
  return kit.encode({ msg_type: MSG_TYPE.request, piece })
}

export function encodeReject(kit: Toolkit, piece: number): Uint8Array {
  return kit.encode({ msg_type: MSG_TYPE.reject, piece })
}

/** @param totalSize bytes of the whole metadata. */
export function encodeData(kit: Toolkit, piece: number, totalSize: number, bytes: Uint8Array): Uint8Array {
  const header = kit.encode({ msg_type: MSG_TYPE.data, piece, total_size: totalSize })
  const message = new Uint8Array(header.length + bytes.length)
  message.set(header)
  message.set(bytes, header.length)
  return message
}

/** A bencoded integer that a number holds exactly; undefined for all else. */
export function integer(value: BencodeValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

function decodeDict(kit: Toolkit, payload: Uint8Array): { dict: BencodeDict; end: number } | undefined {
  try {
    const { value, end } = kit.decodePrefix(payload)
    return value instanceof Map ? { dict: value, end } : undefined
  } catch {
    return undefined
  }
}
