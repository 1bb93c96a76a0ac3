// How what goes over the wire is logged: every message with its fields, and the connections themselves.
import type { WireRecord } from '../engine/diagnostics.ts'
import type { LogEntry } from './log-line.ts'

export function wireEntry(record: WireRecord): LogEntry {
  const { peer, infoHash } = record
  const base = { level: 'trace', peer, ...(infoHash !== undefined && { infoHash }) } as const
  if (record.type === 'connection') {
    const { state, detail } = record
    return { ...base, event: 'connection', fields: { state, ...(detail !== undefined && { detail }) } }
  }
  const { type, ...rest } = record.message
  return { ...base, event: 'message', message: type, fields: { direction: record.direction, ...rest } }
}
