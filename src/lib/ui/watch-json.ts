// A download as JSON, one object a line: `stage`, `progress` every second, what went wrong, and `done` at the end.
import { hex } from '../base/bytes.ts'
import { formatAddress } from '../base/address.ts'
import type { TorrentSession } from '../engine/torrent-session.ts'
import type { SessionEvent } from '../engine/session-events.ts'
import { JSON_INTERVAL, type Watch } from './watch.ts'

export class JsonWatch implements Watch {
  readonly #write: (value: object) => void
  readonly #writeResult: (value: object) => void

  /** @param writeResult for the last line, which matters whatever became of those before. */
  constructor(write: (value: object) => void, writeResult: (value: object) => void) {
    this.#write = write
    this.#writeResult = writeResult
  }

  async follow(session: TorrentSession): Promise<void> {
    this.#write({ event: 'stage', stage: session.stage, infoHash: hex(session.source.infoHash) })
    const unsubscribe = session.subscribe(event => {
      const line = eventJson(event)
      const { selected } = session
      // As `--select` counts them; all where there are none.
      const chosen = event.type === 'stage' && event.stage === 'downloading' && selected !== undefined && { selected }
      if (line !== undefined) this.#write({ ...line, ...chosen })
    })
    const timer = setInterval(() => this.#write({ event: 'progress', ...session.progress() }), JSON_INTERVAL)
    try {
      await session.done
      this.#writeResult({ event: 'done', ...session.progress() })
    } finally {
      clearInterval(timer)
      unsubscribe()
    }
  }
}

/** What of an event goes into a line; undefined: it is told in another way or of no use. */
export function eventJson(event: SessionEvent): object | undefined {
  switch (event.type) {
    case 'stage':
      return { event: 'stage', stage: event.stage }
    case 'metadata':
      return { event: 'metadata', name: event.info.name, length: event.info.totalLength }
    case 'announced':
      return {
        event: 'announced',
        url: event.url,
        peers: event.response.peers.length,
        interval: event.response.interval,
      }
    case 'announceFailed':
      return { event: 'announceFailed', url: event.url, code: event.error.code, message: event.error.message }
    case 'trackerWarning':
      return { event: 'warning', url: event.url, message: event.message }
    case 'warning':
      return { event: 'warning', message: event.message }
    case 'diskFull':
      return { event: 'diskFull', path: event.path, missing: event.missing, message: event.error.message }
    case 'diskRoom':
      return { event: 'diskRoom' }
    case 'pieceRejected':
      return { event: 'pieceRejected', piece: event.piece, from: event.from.map(formatAddress) }
    case 'peerBanned':
      return { event: 'peerBanned', peer: formatAddress(event.address), reason: event.reason }
    case 'peerConnected':
      return { event: 'peerConnected', peer: formatAddress(event.address), client: event.client }
    case 'peerDisconnected':
      return {
        event: 'peerDisconnected',
        peer: formatAddress(event.address),
        reason: event.reason,
        detail: event.detail,
      }
    case 'uploadStarted':
      return { event: 'uploadStarted', peer: formatAddress(event.address), client: event.client }
    default: // told in another way (progress, done), or of no use outside
      return undefined
  }
}
