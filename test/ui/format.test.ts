import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  formatBar,
  formatBytes,
  formatDuration,
  formatPercent,
  formatRate,
  plural,
  printable,
} from '../../src/lib/ui/format.ts'

describe('formatBytes', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [10_240, '10.0 KiB'],
    [102_400, '100 KiB'],
    [10_239, '10.0 KiB'],
    [102_399, '100 KiB'],
    [1024 ** 2 - 1, '1.00 MiB'],
    [1.5 * 1024 ** 2, '1.50 MiB'],
    [1024 ** 4, '1.00 TiB'],
    [2000 * 1024 ** 5, '2000 PiB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test('shows three digits from KiB on, four only below the next unit', () => {
    const size = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.double({ min: 1, max: 1023.999_999, noNaN: true }))
    fc.assert(
      fc.property(size, ([unit, value]) => {
        expect(formatBytes(value * 1024 ** unit)).toMatch(/^(\d\.\d\d|\d\d\.\d|\d{3}|10[01]\d|102[0-3]) .iB$/)
      }),
    )
  })

  test('makes a rate of whole bytes', () => {
    expect(formatRate(0.4)).toBe('0 B/s')
    expect(formatRate(2048)).toBe('2.00 KiB/s')
  })
})

test.each([
  [-1, '0 s'],
  [0.4, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [3599, '59 min 59 s'],
  [3600, '1 h 00 min'],
  [86_399, '23 h 59 min'],
  [90_000, '1 d 01 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

describe('formatPercent', () => {
  test('says 100 % for all of it and for nothing less', () => {
    expect(formatPercent(999_999, 1_000_000)).toBe('99.9 %')
    expect(formatPercent(5, 5)).toBe('100.0 %')
    expect(formatPercent(0, 0)).toBe('0.0 %')
  })
})

describe('formatBar', () => {
  test('is as wide as asked and full only at the end', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), fc.integer({ min: 1, max: 50 }), (done, more, width) => {
        const bar = formatBar(done, done + more, width)
        expect(bar).toHaveLength(width)
        expect(bar === '█'.repeat(width)).toBe(more === 0 && done > 0)
      }),
    )
  })
})

test('plural knows one from many', () => {
  expect([plural(0, 'peer'), plural(1, 'peer'), plural(2, 'try', 'tries')]).toEqual(['0 peers', '1 peer', '2 tries'])
})

describe('printable', () => {
  test('lets nothing steer the terminal or turn the line around', () => {
    expect(printable('a\x1b[2Jb\r\nc\u{202e}d\u{9b}e')).toBe('a�[2Jb��c�d�e')
  })

  test('leaves text in any script as it is', () => {
    expect(printable('größe 試 é 👍')).toBe('größe 試 é 👍')
  })
})
