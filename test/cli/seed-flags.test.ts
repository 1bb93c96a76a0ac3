import { describe, expect, test } from 'vitest'
import { parseDuration, parseRatio, seedGoals } from '../../src/cli/seed-flags.ts'

const usage = expect.objectContaining({ code: 'USAGE' }) as Error

describe('a time', () => {
  test.each([
    ['90', 90],
    ['90s', 90],
    ['1.5h', 5400],
    ['30m', 1800],
    ['30min', 1800],
    ['1h30m', 5400],
    ['2 d', 172_800],
    ['1w', 604_800],
    ['0', 0],
    ['1H 5M 10S', 3910],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  test.each(['', 'soon', '-1', '1y', '5m30', '1h,2m', 'h', '1..5s', '1h x'])('%j is none', text => {
    expect(() => parseDuration(text)).toThrow(usage)
  })
})

describe('a ratio', () => {
  test.each([
    ['1', 1],
    ['2.5', 2.5],
    ['0.01', 0.01],
  ])('%s is %d', (text, ratio) => {
    expect(parseRatio(text)).toBe(ratio)
  })

  // To aria2 0 means for ever, to qBittorrent not at all.
  test.each(['0', '0.0', '-1', '', 'two', '1:2', '1e3', 'Infinity'])('%j is none', text => {
    expect(() => parseRatio(text)).toThrow(usage)
  })
})

test('the goals of a command line are those that were given', () => {
  expect(seedGoals({})).toBeUndefined()
  expect(seedGoals({ ratio: 2, 'seed-time': 60 })).toEqual({ ratio: 2, seedTime: 60 })
  expect(seedGoals({ 'idle-time': 0 })).toEqual({ idleTime: 0 })
})
