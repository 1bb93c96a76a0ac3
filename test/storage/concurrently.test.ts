import { expect, it } from 'vitest'
import { concurrently, mapConcurrently } from '../../src/lib/storage/concurrently.ts'

it('keeps the order of results and the bound on what runs', async () => {
  let running = 0
  let most = 0
  const doubled = await mapConcurrently([1, 2, 3, 4, 5, 6, 7], 3, async item => {
    most = Math.max(most, ++running)
    for (let turn = 0; turn < item; turn++) await Promise.resolve()
    running--
    return item * 2
  })
  expect(doubled).toEqual([2, 4, 6, 8, 10, 12, 14])
  expect(most).toBe(3)
})

it('starts nothing after a failure, and waits for what runs', async () => {
  const started: number[] = []
  const finished: number[] = []
  const work = concurrently([1, 2, 3, 4, 5], 2, () => async item => {
    started.push(item)
    if (item === 1) throw new Error('first')
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    finished.push(item)
  })
  await expect(work).rejects.toThrow('first')
  expect(started).toEqual([1, 2])
  expect(finished).toEqual([2])
})
