import { describe, expect, test } from 'vitest'
import { parseRate } from '../../src/cli/rate-flags.ts'
import { makeContent, PIECE, type TestContent } from './support/content.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { startSeed } from './support/services.ts'

const RATE = 64 * PIECE
const PARTS = { name: 'a.bin', files: 2 * RATE }
/** Seconds that the content takes at the rate, but for the quarter of a second that may go at once, and 5 %. */
const LEAST = (2 - 0.25) * 0.95

describe('a rate', () => {
  test.each([
    ['0', 0],
    ['0KiB', 0],
    ['1000', 1000],
    ['500KiB', 512_000],
    ['1.5MiB', 1_572_864],
    ['2MB', 2_000_000],
    ['2mb/s', 2_000_000],
    ['100 kB', 100_000],
    ['20K', 20_480],
    ['1G', 1_073_741_824],
    ['0.3', 1],
  ])('is read: %s', (text, bytes) => {
    expect(parseRate(text)).toBe(bytes)
  })

  test.each(['', 'fast', '-1', '1e6', '5 parsecs', '1.5.2MB', 'KiB', '10Mbit', '1TB', 'Infinity'])(
    'is wrong usage: "%s"',
    text => {
      expect(() => parseRate(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    },
  )

  test.each([
    ['download', '--max-down'],
    ['download_magnet', '--max-up'],
    ['seed', '--max-up'],
  ])('that is none ends bt %s: %s', async (command, flag) => {
    const { stdout, stderr, code } = await bt([command, 'a', flag, 'fast'])
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toBe(`bt: ${flag}: "fast" is not a rate; write bytes a second such as 500KiB, 1.5MiB or 2MB\n`)
  })
})

/** Seconds until all is there. Nothing is said of how long it may take: only too fast is wrong. */
async function timed(content: TestContent, seeding: readonly string[], leeching: readonly string[]): Promise<number> {
  const { address } = await startSeed([content.torrent, content.writeInto(tempFolder()), ...seeding])
  const started = performance.now()
  const { code } = await bt(['download', content.torrent, '--peer', address, ...leeching], { cwd: tempFolder() })
  expect(code).toBe(0)
  return (performance.now() - started) / 1000
}

describe('between a seed and a download', () => {
  test('--max-up holds', async () => {
    expect(await timed(makeContent(PARTS), ['--max-up', `${RATE}`], [])).toBeGreaterThan(LEAST)
  })

  test('--max-down holds', async () => {
    expect(await timed(makeContent(PARTS), [], ['--max-down', '1MiB'])).toBeGreaterThan(LEAST)
  })

  test('0 is no limit', async () => {
    expect(await timed(makeContent(PARTS), ['--max-up', '0'], ['--max-down', '0', '--max-up', '1'])).toBeGreaterThan(0)
  })
})
