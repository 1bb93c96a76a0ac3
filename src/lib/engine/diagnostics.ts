// What can be watched of all engines and probes in this process, beside their own results: made for logs and for whoever
// debugs. It goes over node:diagnostics_channel, as `bt-toolbox:wire`, `:tracker`, `:session` and `:server`, so
// that plugins and programs can listen without a word from here; where nobody does, it costs nothing.
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { WireRecord } from '../net/wire-trace.ts'
import type { TrackerEvent } from '../tracker/tracker.ts'
import type { SessionRecord } from './session-channel.ts'
import type { TrackerRecord } from './tracker-trace.ts'

export type { SessionRecord, TrackerRecord, WireRecord }

/** The record of each kind. */
/** What there is to watch, and what a listener is given of it. */
export interface Diagnostics {
  /** Connections to peers, and every message on those that begin from now on. */
  readonly wire: WireRecord
  /** Announces and scrapes, and what went over HTTP and UDP for them. */
  readonly tracker: TrackerRecord
  /** The events of every session. */
  readonly session: SessionRecord
  /** What is asked of each tracker that is started from now on. */
  readonly server: TrackerEvent
}

/**
 * What the listener is given is borrowed for the call: bytes in it may be used again.
 * @returns a function that takes the listener off again
 */
export function watchDiagnostics<K extends keyof Diagnostics>(
  kind: K,
  listener: (record: Diagnostics[K]) => void,
): () => void {
  const name = `bt-toolbox:${kind}`
  const onMessage = (record: unknown): void => listener(record as Diagnostics[K])
  subscribe(name, onMessage)
  return () => void unsubscribe(name, onMessage)
}
