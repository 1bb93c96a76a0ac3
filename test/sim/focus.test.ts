// A reader that moves through the content, and peers of all kinds: what is asked for stays near it, and comes in time.
import { describe, expect, it } from 'vitest'
import type { PickOrder } from '../../src/lib/picker/picker.ts'
import { Asking, type SourceOptions } from './support/asking.ts'

const MB = 1_000_000
const PIECE = 2 ** 18
const PIECES = 400
const AHEAD = 20

/** @param take bytes a second that the reader takes. @returns seconds until it had all. */
function readAll(
  sources: readonly SourceOptions[],
  take: number,
  order: PickOrder = { focusedOnly: true },
): { world: Asking; seconds: number; farthest: number } {
  const world = new Asking({ pieces: PIECES, pieceLength: PIECE, sources, order })
  let at = 0
  let busy = false
  let farthest = 0
  const focus = (): void => {
    world.focus([{ first: at, end: Math.min(PIECES, at + AHEAD) }])
  }
  const step = (): void => {
    farthest = Math.max(farthest, ...world.order.slice(-1).map(piece => piece - at))
    if (busy || at === PIECES || !world.have.has(at)) return
    busy = true
    world.clock.after((PIECE / take) * 1000, () => {
      busy = false
      at++
      focus()
    })
  }
  focus()
  const read = (): boolean => {
    step()
    return at === PIECES
  }
  world.clock.runUntil('the end of the reading', read, 3_600_000)
  return { world, seconds: world.clock.now / 1000, farthest }
}

const several = (count: number, source: SourceOptions): SourceOptions[] => Array<SourceOptions>(count).fill(source)

describe('a reader', () => {
  it('that is slow is never far behind what is asked for, and gets all of it at its own pace', () => {
    const { seconds, farthest } = readAll(several(4, { rate: 5 * MB, roundTrip: 20, reqq: 500 }), 2 * MB)
    expect(farthest).toBeLessThan(AHEAD)
    expect(seconds / ((PIECES * PIECE) / (2 * MB))).toBeLessThan(1.02)
  })

  it('that is fast waits for the peers alone', () => {
    const { world, seconds } = readAll(several(4, { rate: 2 * MB, roundTrip: 20, reqq: 500 }), 1000 * MB)
    expect(seconds / ((PIECES * PIECE) / (8 * MB))).toBeLessThan(1.1)
    expect(world.stats.wasted / world.stats.received).toBeLessThan(0.02)
  })

  it('is not held up by peers a thousand times slower than the others', () => {
    const fast = several(4, { rate: 2 * MB, roundTrip: 20, reqq: 500 })
    const { seconds } = readAll([...fast, ...several(20, { rate: 2000, roundTrip: 200 })], 4 * MB)
    expect(seconds / ((PIECES * PIECE) / (4 * MB))).toBeLessThan(1.05)
  })

  it('is not, either, where all the rest is downloaded as well', () => {
    const fast = several(4, { rate: 2 * MB, roundTrip: 20, reqq: 500 })
    const { world, seconds } = readAll([...fast, ...several(20, { rate: 2000, roundTrip: 200 })], 4 * MB, {})
    expect(seconds / ((PIECES * PIECE) / (4 * MB))).toBeLessThan(1.2)
    expect(world.stats.wasted / world.stats.received).toBeLessThan(0.03)
  })
})
