import { expect, it } from 'vitest'
import { WrongLooks } from '../../src/lib/engine/wrong-looks.ts'

it('hashes what was wrong ever more rarely while its file looks the same, but for good, and at once when it does not', () => {
  const looks = new WrongLooks()
  const look = (stamp: string, right = false): boolean => {
    const due = looks.isDue(1, stamp)
    if (due) looks.hashed(1, stamp, right)
    return due
  }
  const hashed = Array.from({ length: 40 }, () => look('a')).flatMap((due, at) => (due ? [at] : []))
  expect(hashed).toEqual([0, 1, 2, 4, 8, 16, 32])
  expect([look('b'), look('b'), look('b'), look('b')]).toEqual([true, true, true, false])
  expect([look('c', true), look('c')]).toEqual([true, true])
})
