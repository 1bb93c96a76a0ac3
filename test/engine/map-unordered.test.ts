import { describe, expect, test } from 'vitest'
import { mapUnordered } from '../../src/lib/engine/map-unordered.ts'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i
}

/** Tasks that end when the test says so. */
class Tasks {
  readonly open = new Map<number, () => void>()
  most = 0

  readonly run = (item: number): Promise<number> =>
    new Promise(resolve => {
      this.open.set(item, () => {
        this.open.delete(item)
        resolve(item)
      })
      this.most = Math.max(this.most, this.open.size)
    })

  finish(item: number): void {
    this.open.get(item)?.()
  }
}

async function collect<T>(results: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const result of results) all.push(result)
  return all
}

const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('mapUnordered', () => {
  test('gives every result once', async () => {
    const results = await collect(mapUnordered(numbers(100), 7, item => Promise.resolve(item * 2)))
    expect(results.sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i * 2))
  })

  test('gives results in the order they are ready, and keeps to the limit', async () => {
    const tasks = new Tasks()
    const results = mapUnordered(numbers(4), 2, tasks.run)
    const first = results.next()
    await settled()
    expect([...tasks.open.keys()]).toEqual([0, 1])
    tasks.finish(1)
    expect((await first).value).toBe(1)
    const second = results.next()
    await settled()
    expect([...tasks.open.keys()]).toEqual([0, 2])
    tasks.finish(2)
    expect((await second).value).toBe(2)
    const rest = collect(results)
    await settled()
    tasks.finish(3)
    await settled()
    tasks.finish(0)
    expect(await rest).toEqual([3, 0])
    expect(tasks.most).toBe(2)
  })

  test('does not wait for an item that is on its way once its caller has seen enough', async () => {
    let stopped = false
    async function* endless(): AsyncGenerator<number> {
      try {
        yield 1
        await new Promise(() => undefined)
      } finally {
        stopped = true
      }
    }
    for await (const result of mapUnordered(endless(), 3, item => Promise.resolve(item))) {
      expect(result).toBe(1)
      break
    }
    expect(stopped).toBe(false) // asked to, but held up: exactly what must not hold up the caller
  })

  test('ends with the failure of its source, even while the limit keeps it from looking', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1
      throw new Error('no more')
    }
    const tasks = new Tasks()
    const results = mapUnordered(failing(), 1, tasks.run)
    const first = results.next()
    await settled()
    tasks.finish(1)
    expect((await first).value).toBe(1)
    await expect(results.next()).rejects.toThrow('no more')
  })
})
