// An abort signal that any of several ends. AbortSignal.any would be shorter, but what it gives may be collected as garbage
// on Node 20 while somebody still counts on it.

export interface LinkedSignal {
  readonly signal: AbortSignal
  /** To be called once the work is over: the parents may live much longer. */
  clear(): void
}

export function linkedSignal(...parents: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController()
  const onParent = (event: Event): void => {
    if (event.target instanceof AbortSignal) controller.abort(event.target.reason)
  }
  for (const parent of parents) {
    if (parent.aborted) controller.abort(parent.reason)
    parent.addEventListener('abort', onParent, { once: true })
  }
  return {
    signal: controller.signal,
    clear: () => {
      for (const parent of parents) parent.removeEventListener('abort', onParent)
    },
  }
}
