// Where the events of all sessions can be watched: the diagnostics channel `bt-toolbox:session` of this process.
import { channel, type Channel } from 'node:diagnostics_channel'
import type { BtError } from '../base/errors.ts'
import type { InfoHash } from '../base/ids.ts'
import type { SessionEvent } from './session-events.ts'

/** An event of a torrent. */
export interface SessionRecord {
  readonly infoHash: InfoHash
  readonly event: SessionEvent | { readonly type: 'failed'; readonly error: BtError }
}

const sessionChannel: Channel = channel('bt-toolbox:session')

export function publishEvent(infoHash: InfoHash, event: SessionRecord['event']): void {
  if (sessionChannel.hasSubscribers) sessionChannel.publish({ infoHash, event } satisfies SessionRecord)
}
