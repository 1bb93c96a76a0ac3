// A line of a log, as text (`time LEVEL event message key=value …`) or as a JSON object with the same parts.
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import type { InfoHash } from '../base/ids.ts'
import { toJson } from '../bencode/json.ts'
import { printable } from './format.ts'
import { jsonLine } from './json-line.ts'

/** From what must be seen to what only who debugs wants to. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug', 'trace'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface LogEntry {
  readonly level: LogLevel
  /** What happened, in one word. */
  readonly event: string
  readonly peer?: PeerAddress
  readonly infoHash?: InfoHash
  /** For people. */
  readonly message?: string
  readonly fields?: Readonly<Record<string, unknown>>
}

/** Whether a log of this level has such entries. */
export function isLogged(entry: LogLevel, log: LogLevel): boolean {
  return LOG_LEVELS.indexOf(entry) <= LOG_LEVELS.indexOf(log)
}

export function logJson(entry: LogEntry, time: Date): string {
  const { level, event, message, ...rest } = entry
  return jsonLine({ time: time.toISOString(), level, event, ...identity(rest), ...said(message), ...plain(rest) })
}

export function logText(entry: LogEntry, time: Date): string {
  const { level, event, message, ...rest } = entry
  const fields = Object.entries({ ...identity(rest), ...plain(rest) }).map(([key, value]) => `${key}=${word(value)}`)
  const parts = [time.toISOString(), level.toUpperCase().padEnd(5), event, ...(message === undefined ? [] : [message])]
  return printable([...parts, ...fields].join(' '))
}

function identity({ peer, infoHash }: Pick<LogEntry, 'peer' | 'infoHash'>): Record<string, string> {
  return {
    ...(peer !== undefined && { peer: formatAddress(peer) }),
    ...(infoHash !== undefined && { infoHash: hex(infoHash) }),
  }
}

function said(message: string | undefined): { readonly message?: string } {
  return message === undefined ? {} : { message }
}

function plain({ fields = {} }: Pick<LogEntry, 'fields'>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainValue(value)]))
}

/** Bytes as hexadecimal, a bencoded dictionary as the object that `bt decode` shows. */
function plainValue(value: unknown): unknown {
  if (value instanceof Uint8Array) return hex(value)
  if (value instanceof Map) return JSON.parse(toJson(value as Parameters<typeof toJson>[0])) as unknown
  return typeof value === 'bigint' ? Number(value) : value
}

/** A value as one word. */
function word(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value
  return JSON.stringify(value) ?? ''
}
