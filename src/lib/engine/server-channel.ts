// Where the requests that our trackers get can be watched: the diagnostics channel `bt-toolbox:server` of this process.
import { channel, type Channel } from 'node:diagnostics_channel'
import type { TrackerEvent } from '../tracker/tracker.ts'

const serverChannel: Channel = channel('bt-toolbox:server')

type Listener = (event: TrackerEvent) => void

/** The tracker's own listener, and whoever watches when it starts; undefined where that is nobody. */
export function withWatchers(own: Listener | undefined): Listener | undefined {
  if (!serverChannel.hasSubscribers) return own
  return event => {
    own?.(event)
    serverChannel.publish(event)
  }
}
