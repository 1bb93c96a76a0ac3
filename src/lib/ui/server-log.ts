// How the requests that `bt tracker` gets are logged.
import type { Diagnostics } from '../engine/diagnostics.ts'
import type { LogEntry } from './log-line.ts'

export function serverEntry(record: Diagnostics['server']): LogEntry {
  const { type, peer, transport } = record
  switch (record.type) {
    case 'announce': {
      const { infoHash, event: announced, seed, seeds, leeches, given } = record
      return {
        level: 'info',
        event: type,
        peer,
        fields: { infoHash, transport, announced, seed, seeds, leeches, given },
      }
    }
    case 'scrape':
      return { level: 'info', event: type, peer, fields: { transport, infoHashes: record.infoHashes } }
    default:
      return { level: 'warn', event: type, peer, message: record.reason, fields: { transport } }
  }
}
