import { expect, it } from 'vitest'
import { UploadSlots } from '../../src/lib/swarm/upload-slots.ts'

/** How many are served after each round, of so many that wait. @param rate bytes a second, by how many are served. */
function rounds(count: number, most: number, peers: number, rate: (served: number) => number): number[] {
  const slots = new UploadSlots(most)
  return Array.from({ length: count }, () => {
    const served = Math.min(slots.count, peers)
    const all = Array.from({ length: peers }, (_, index) => ({
      interested: true,
      uploadRate: index < served ? rate(served) / served : 0,
    }))
    slots.round(all)
    return slots.count
  })
}

it('of a thin line are four, and more are tried now and then', () => {
  expect(rounds(10, 8, 20, () => 50_000)).toEqual([4, 6, 4, 4, 4, 4, 6, 4, 4, 4])
})

it('grow, where each peer takes little, to the most', () => {
  expect(rounds(6, 16, 20, served => served * 3000)).toEqual([4, 6, 6, 9, 9, 13])
})

it('grow for nobody who does not wait', () => {
  expect(rounds(3, 8, 4, served => served * 3000)).toEqual([4, 4, 4])
})

it('are never more than asked for', () => {
  expect(rounds(4, 3, 20, served => served * 3000)).toEqual([3, 3, 3, 3])
  expect(new UploadSlots(0).count).toBe(1)
})
