// What a session tells its listeners: everything once, as it happens, to each of them and to the diagnostics channel.
import type { InfoHash } from '../base/ids.ts'
import type { TorrentAlert } from '../swarm/actions.ts'
import type { AnnounceEvent } from './announcing.ts'
import type { DiskEvent } from './disk-room.ts'
import type { Stage } from './progress.ts'
import type { SeedGoal } from './seed-goals.ts'
import { publishEvent } from './session-channel.ts'

/** What happens to a torrent, as it happens. `type` says what; `SessionEventOf` is the event of one type. */
export type SessionEvent =
  | TorrentAlert
  | AnnounceEvent
  | DiskEvent
  | { readonly type: 'stage'; readonly stage: Stage }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'checked'; readonly pieces: number; readonly total: number }
  | { readonly type: 'reserved'; readonly bytes: number; readonly total: number }
  | { readonly type: 'warning'; readonly message: string }
  /** It has been seeded enough, and stops. */
  | { readonly type: 'seedGoal'; readonly goal: SeedGoal }

/** The event of one type. */
export type SessionEventOf<T extends SessionEvent['type']> = Extract<SessionEvent, { readonly type: T }>

export class SessionEvents {
  readonly #infoHash: InfoHash
  readonly #listeners = new Set<(event: SessionEvent) => void>()

  constructor(infoHash: InfoHash) {
    this.#infoHash = infoHash
  }

  /** @returns a function that takes the listener off again. */
  subscribe(listener: (event: SessionEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  emit(event: SessionEvent): void {
    publishEvent(this.#infoHash, event)
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        // A listener's mistake surfaces as an uncaught exception, as an EventTarget's does, outside of the torrent's work.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }
}
