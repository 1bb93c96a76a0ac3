// Work on items as they come, several at a time, with results in the order in which they are ready.

interface Finished<U> {
  readonly value: U
  readonly task: Promise<Finished<U>>
}

/**
 * @param limit of items under way; more are not asked for meanwhile.
 * @param action should not reject; where it does, or where `items` throws, that ends the whole.
 */
export async function* mapUnordered<T, U>(
  items: AsyncIterable<T>,
  limit: number,
  action: (item: T) => Promise<U>,
): AsyncGenerator<U, void, undefined> {
  const iterator = items[Symbol.asyncIterator]()
  const running = new Set<Promise<Finished<U>>>()
  let coming: Promise<IteratorResult<T>> | undefined = heard(iterator.next())
  try {
    while (coming !== undefined || running.size > 0) {
      const arrival = coming !== undefined && running.size < limit ? [coming] : []
      const first = await Promise.race([...arrival, ...running])
      if ('task' in first) {
        running.delete(first.task)
        yield first.value
      } else if (first.done === true) {
        coming = undefined
      } else {
        const task: Promise<Finished<U>> = action(first.value).then(value => ({ value, task }))
        running.add(task)
        coming = heard(iterator.next())
      }
    }
  } finally {
    // Not awaited: an item that is on its way would hold up whoever has seen enough.
    void iterator.return?.().then(undefined, () => undefined)
  }
}

/** While the limit is reached nobody listens; a rejection in that time is dealt with later, not unhandled. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
