// Flags of `announce`: each field of an announce, over HTTP (BEP 3, 7, 23) and over UDP (BEP 15).
import { isIP } from 'node:net'
import { Flags } from './options.ts'
import { fromHex, fromLatin1 } from '../lib/base/bytes.ts'
import { BtError } from '../lib/base/errors.ts'
import { HASH_LENGTH, peerId, type PeerId } from '../lib/base/ids.ts'

/** `none`: a regular announce. */
export type EventFlag = 'started' | 'completed' | 'stopped' | 'none'

const EVENTS: readonly EventFlag[] = ['started', 'completed', 'stopped', 'none']

export const eventFlag = Flags.custom<EventFlag>({
  description: 'started by default; none is a regular announce; over HTTP, --param event=… sends any other',
  options: EVENTS,
})

export const peerIdFlag = Flags.custom<PeerId>({
  description: 'the peer id, as 20 characters or 40 hexadecimal digits; one of bt by default',
  helpValue: 'ID',
  parse: text => Promise.resolve(parsePeerId(text)),
})

/** 32 bits. */
export const keyFlag = Flags.custom<number>({
  description: 'the key, as up to 8 hexadecimal digits; random by default',
  helpValue: 'HEX',
  parse: text => Promise.resolve(parseKey(text)),
})

export const ipFlag = Flags.custom({
  description: 'the address to be listed under, which most trackers ignore (BEP 3 `ip`)',
  helpValue: 'ADDRESS',
  parse: text => Promise.resolve(parseIp(text)),
})

export const paramFlag = Flags.custom({
  description: 'more for the query, as it stands: NAME=VALUE, percent-encoded (may be repeated)',
  helpValue: 'NAME=VALUE',
  multiple: true,
  multipleNonGreedy: true,
  parse: text => Promise.resolve(parseParam(text)),
})

export const timeoutFlag = Flags.integer({
  description: 'how long the tracker may take',
  helpValue: 'SECONDS',
  min: 1,
  max: 3600,
  default: 20,
})

/** The URL with more in its query. @param params `name=value` each, percent-encoded. */
export function withParams(url: string, params: readonly string[]): string {
  if (params.length === 0 || !URL.canParse(url)) return url
  const target = new URL(url)
  target.search = [...(target.search === '' ? [] : [target.search.slice(1)]), ...params].join('&')
  return target.href
}

function parsePeerId(text: string): PeerId {
  const bytes = text.length === HASH_LENGTH ? fromLatin1(text) : fromHex(text)
  if (bytes?.length === HASH_LENGTH) return peerId(bytes)
  throw new BtError('USAGE', `"${text}" is no peer id; write 20 characters, or 20 bytes as 40 hexadecimal digits`)
}

function parseKey(text: string): number {
  if (/^(?:0x)?[0-9a-f]{1,8}$/i.test(text)) return Number.parseInt(text, 16)
  throw new BtError('USAGE', `"${text}" is no key; write up to 8 hexadecimal digits, such as 0badcafe`)
}

function parseIp(text: string): string {
  if (isIP(text) !== 0) return text
  throw new BtError('USAGE', `"${text}" is no IP address; write one such as 192.0.2.7 or 2001:db8::7`)
}

function parseParam(text: string): string {
  if (/^[^\s=&#]+(?:=[^\s&#]*)?$/.test(text)) return text
  throw new BtError('USAGE', `"${text}" is no query parameter; write NAME=VALUE with &, # and spaces percent-encoded`)
}
