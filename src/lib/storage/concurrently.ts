// Bounded concurrency over a list: after the first failure nothing new starts, and nothing still runs once it is over.

/**
 * Runs an action for every item, at most `limit` at the same time, taking them in order.
 * @param worker called once for each of the `limit` lines of work, so that each may keep something of its own
 * @throws the first failure
 */
export async function concurrently<T>(
  items: Iterable<T>,
  limit: number,
  worker: () => (item: T) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]()
  const failures: unknown[] = []
  const work = async (): Promise<void> => {
    const act = worker()
    try {
      for (let next = queue.next(); next.done !== true && failures.length === 0; next = queue.next()) {
        await act(next.value)
      }
    } catch (error) {
      failures.push(error)
    }
  }
  await Promise.all(Array.from({ length: limit }, work))
  if (failures.length > 0) throw failures[0]
}

/** What the action makes of each item, in the order of the items. */
export async function mapConcurrently<T, U>(
  items: Iterable<T>,
  limit: number,
  action: (item: T, index: number) => Promise<U>,
): Promise<U[]> {
  const list = [...items]
  const results: U[] = []
  await concurrently(list.entries(), limit, () => async ([index, item]) => {
    results[index] = await action(item, index)
  })
  return results
}
