import { expect, it } from 'vitest'
import { LoopLoad } from '../../src/lib/storage/loop-load.ts'

it('is busy from nearly all of the time on, and no longer once two fifths of it are free', () => {
  const time = { active: 0, idle: 0, utilization: 0 }
  const load = new LoopLoad(() => ({ ...time }))
  const pass = (active: number, idle: number): boolean => {
    time.active += active
    time.idle += idle
    return load.busy
  }
  expect(pass(230, 30)).toBe(false)
  expect(pass(260, 0)).toBe(true)
  // Too short a time to judge by.
  expect(pass(0, 240)).toBe(true)
  expect(pass(700, 0)).toBe(true)
  expect(pass(140, 110)).toBe(false)
  expect(pass(200, 50)).toBe(false)
})

it('looks at the loop of this thread', () => {
  expect(new LoopLoad().busy).toBe(false)
})
