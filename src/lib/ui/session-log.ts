// Which events of a session are logged, how loud, and with what. Announces are logged by tracker-log.ts, which sees those of
// probes too.
import { formatAddress } from '../base/address.ts'
import type { SessionRecord } from '../engine/diagnostics.ts'
import type { LogEntry } from './log-line.ts'

/** Undefined: not logged. */
export function sessionEntry({ infoHash, event }: SessionRecord): LogEntry | undefined {
  const entry = eventEntry(event)
  return entry === undefined ? undefined : { infoHash, ...entry }
}

function eventEntry(event: SessionRecord['event']): Omit<LogEntry, 'infoHash'> | undefined {
  const { type } = event
  switch (type) {
    case 'peerConnected':
      return {
        level: 'info',
        event: type,
        peer: event.address,
        fields: { client: event.client, initiator: event.initiator },
      }
    case 'peerDisconnected':
      return {
        level: 'info',
        event: type,
        peer: event.address,
        message: event.detail,
        fields: { reason: event.reason },
      }
    case 'peerBanned':
      return { level: 'warn', event: type, peer: event.address, fields: { reason: event.reason } }
    case 'uploadStarted':
      return { level: 'info', event: type, peer: event.address, fields: { client: event.client } }
    case 'pieceVerified':
      return { level: 'debug', event: type, fields: { piece: event.piece } }
    case 'pieceRejected':
      return { level: 'warn', event: type, fields: { piece: event.piece, from: event.from.map(formatAddress) } }
    case 'pieceLost':
      return { level: 'warn', event: type, fields: { piece: event.piece } }
    case 'metadata':
      return { level: 'info', event: type, fields: { name: event.info.name, length: event.info.totalLength } }
    case 'stage':
      return { level: 'info', event: type, fields: { stage: event.stage } }
    case 'complete':
      return { level: 'info', event: type }
    case 'needPeers':
      return { level: 'debug', event: type }
    case 'warning':
      return { level: 'warn', event: type, message: event.message }
    case 'trackerWarning':
      return { level: 'warn', event: type, message: event.message, fields: { url: event.url } }
    case 'diskFull':
      return {
        level: 'error',
        event: type,
        message: event.error.message,
        fields: { path: event.path, missing: event.missing },
      }
    case 'diskRoom':
      return { level: 'info', event: type }
    case 'failed':
      return { level: 'error', event: type, message: event.error.message, fields: { code: event.error.code } }
    default:
      return undefined
  }
}
