import { expect, it, onTestFinished, vi } from 'vitest'
import { LostPieces } from '../../src/lib/engine/lost-pieces.ts'

interface Stage {
  readonly lost: LostPieces
  readonly right: Set<number>
  readonly looked: number[]
  readonly found: number[]
}

function stage(pieces: number): Stage {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const right = new Set<number>()
  const looked: number[] = []
  const found: number[] = []
  const isRight = (piece: number): Promise<boolean> => {
    looked.push(piece)
    return piece === 13 ? Promise.reject(new Error('unreadable')) : Promise.resolve(right.has(piece))
  }
  const lost = new LostPieces({ isRight, onFound: piece => found.push(piece) })
  for (let piece = 0; piece < pieces; piece++) lost.add(piece)
  return { lost, right, looked, found }
}

const numbers = (first: number, end: number): number[] => Array.from({ length: end - first }, (_, at) => first + at)

it('looks at each every 30 s until it is right, and then at none', async () => {
  const { right, looked, found } = stage(2)
  await vi.advanceTimersByTimeAsync(29_999)
  expect(looked).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect([looked, found]).toEqual([[0, 1], []])
  right.add(1)
  await vi.advanceTimersByTimeAsync(30_000)
  right.add(0)
  await vi.advanceTimersByTimeAsync(90_000)
  expect([looked, found]).toEqual([
    [0, 1, 0, 1, 0],
    [1, 0],
  ])
})

it('ends a look after 100 that are not right, and begins the next with those behind', async () => {
  const { looked, right, found } = stage(250)
  await vi.advanceTimersByTimeAsync(30_000)
  expect(looked).toEqual(numbers(0, 100))
  for (const piece of numbers(0, 13)) right.add(piece)
  await vi.advanceTimersByTimeAsync(30_000)
  await vi.advanceTimersByTimeAsync(30_000)
  // Those that are right do not count.
  expect(looked).toEqual([...numbers(0, 250), ...numbers(0, 63)])
  expect(found).toEqual(numbers(0, 13))
})

it('looks no more once it is stopped', async () => {
  const { lost, looked } = stage(1)
  await lost.stop()
  lost.add(1)
  await vi.advanceTimersByTimeAsync(90_000)
  expect(looked).toEqual([])
})
