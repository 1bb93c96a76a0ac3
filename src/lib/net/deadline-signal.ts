// An abort signal that also ends by itself. AbortSignal.any over AbortSignal.timeout would be shorter, but node 20 may
// collect that pair as garbage before it fires.
import { setMaxListeners } from 'node:events'

export interface DeadlineSignal {
  readonly signal: AbortSignal
  /** Whether it was the time, not the parent, that ended it. */
  readonly expired: boolean
  /** To be called once the work is over. */
  clear(): void
}

/** Aborts with the parent, or after `ms` milliseconds. */
export function deadlineSignal(parent: AbortSignal, ms: number): DeadlineSignal {
  const controller = new AbortController()
  let expired = false
  const onParent = (): void => {
    controller.abort(parent.reason)
  }
  // A torrent has many trackers, all asked under one signal: as many listeners are no leak, since each is cleared.
  setMaxListeners(0, parent)
  const timer = setTimeout(() => {
    expired = !controller.signal.aborted
    controller.abort()
  }, ms)
  if (parent.aborted) onParent()
  else parent.addEventListener('abort', onParent, { once: true })
  return {
    signal: controller.signal,
    get expired() {
      return expired
    },
    clear() {
      clearTimeout(timer)
      parent.removeEventListener('abort', onParent)
    },
  }
}
