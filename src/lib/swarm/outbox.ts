// Everything a torrent wants done, in order, until its driver takes it.
import type { TorrentAction, TorrentAlert } from './actions.ts'
import type { SwarmPeer } from './peer.ts'

export class Outbox {
  #actions: TorrentAction[] = []
  readonly #dirty: Set<SwarmPeer> = new Set()
  /** Those of them that are not to wait. */
  readonly #urgent: Set<SwarmPeer> = new Set()

  push(action: TorrentAction): void {
    this.#actions.push(action)
  }

  alert(alert: TorrentAlert): void {
    this.#actions.push({ type: 'alert', alert })
  }

  /** The peer's connection may have bytes to send. */
  touch(peer: SwarmPeer): void {
    this.#dirty.add(peer)
    this.#urgent.add(peer)
  }

  /** It has, but they may wait for others, until its driver has nothing else to do. */
  touchLater(peer: SwarmPeer): void {
    this.#dirty.add(peer)
  }

  takeActions(): readonly TorrentAction[] {
    if (this.#actions.length === 0) return []
    const actions = this.#actions
    this.#actions = []
    return actions
  }

  /** Whether `takeDirty` would give a peer. */
  get dirty(): boolean {
    return this.#dirty.size > 0
  }

  takeUrgent(): readonly SwarmPeer[] {
    if (this.#urgent.size === 0) return []
    const urgent = [...this.#urgent]
    this.#urgent.clear()
    for (const peer of urgent) this.#dirty.delete(peer)
    return urgent
  }

  takeDirty(): readonly SwarmPeer[] {
    if (this.#dirty.size === 0) return []
    const dirty = [...this.#dirty]
    this.#dirty.clear()
    this.#urgent.clear()
    return dirty
  }
}
