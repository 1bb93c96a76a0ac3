// How fast a download is, and what it asks for in vain, by whom it asks: many or few, near or far, alike or not. Each bound
// is a little above what was measured; `figures` prints what was.
import { describe, expect, it } from 'vitest'
import { MAX_BUFFERED_BYTES } from '../../src/lib/swarm/limits.ts'
import { Asking, type SourceOptions } from './support/asking.ts'

const KB = 1000
const MB = 1000 * KB
const MIB = 2 ** 20

interface Figures {
  /** Time over what the sources' rates, or ours, allow at the least. */
  readonly ratio: number
  /** Blocks that came in vain, of all. */
  readonly wasted: number
  readonly deepest: number
}

function figures(world: Asking, limit = Infinity): Figures {
  const { layout } = world.downloads
  const rate = world.sources.reduce((sum, { options }) => sum + options.rate, 0)
  const ratio = (world.untilDone() * Math.min(rate, limit)) / layout.totalLength
  const { wasted, received, deepest } = world.stats
  const found = { ratio, wasted: wasted / received, deepest }
  console.log(expect.getState().currentTestName, found)
  return found
}

function several(count: number, source: (n: number) => SourceOptions): SourceOptions[] {
  return Array.from({ length: count }, (_, n) => source(n))
}

describe('one seed', () => {
  it('next door is asked for all that it can give', () => {
    const sources = [{ rate: 100 * MB, roundTrip: 1, reqq: 500 }]
    expect(figures(new Asking({ pieces: 256, pieceLength: MIB, sources })).ratio).toBeLessThan(1.01)
  })

  it('200 ms away is, too, after nine round trips in which the requests double', () => {
    const sources = [{ rate: 100 * MB, roundTrip: 200, reqq: 2000 }]
    const world = new Asking({ pieces: 1024, pieceLength: MIB, sources })
    world.clock.run(3500)
    const before = world.stats.received
    world.clock.run(4000)
    expect((world.stats.received - before) / (4 * 100 * MB)).toBeGreaterThan(0.98 / 16_384)
  })
})

describe('a peer that is slower than the others', () => {
  it.each([100, 1000])('%i times hardly delays the end, and little comes twice', times => {
    const sources = [...several(4, () => ({ rate: 10 * MB, roundTrip: 20, reqq: 500 }))]
    const alone = new Asking({ pieces: 256, pieceLength: MIB, sources }).untilDone()
    const world = new Asking({
      pieces: 256,
      pieceLength: MIB,
      sources: [...sources, { rate: (10 * MB) / times, roundTrip: 20 }],
    })
    const { wasted } = figures(world)
    expect(world.clock.now / 1000).toBeLessThan(alone * 1.01)
    expect(wasted).toBeLessThan(0.003)
  })

  it('does not hold up pieces: fifty of 4 KB a second beside four of 5 MB', () => {
    const sources = [
      ...several(4, () => ({ rate: 5 * MB, roundTrip: 20, reqq: 500 })),
      ...several(50, () => ({ rate: 4 * KB, roundTrip: 100 })),
    ]
    const { ratio, wasted } = figures(new Asking({ pieces: 256, pieceLength: MIB, sources }))
    expect(ratio).toBeLessThan(1.02)
    expect(wasted).toBeLessThan(0.004)
  })

  it('all at once, in the middle of the download, does not hold up the end', () => {
    const sources = several(4, () => ({ rate: 10 * MB, roundTrip: 20, reqq: 500 }))
    const world = new Asking({ pieces: 256, pieceLength: MIB, sources })
    world.clock.run(3000)
    const [failing] = world.sources
    if (failing !== undefined) failing.options.rate = 1 * KB
    const left = (256 - world.have.count) * MIB
    const before = world.clock.now
    world.untilDone()
    expect(world.clock.now - before).toBeLessThan((1.15 * left * 1000) / (30 * MB))
  })

  it('and stops for good is not waited for', () => {
    const sources = several(3, () => ({ rate: 10 * MB, roundTrip: 20, reqq: 500 }))
    const world = new Asking({ pieces: 64, pieceLength: MIB, sources })
    world.clock.run(1000)
    const [failing] = world.sources
    if (failing !== undefined) failing.options.rate = 1e-3
    expect(world.untilDone(20)).toBeLessThan(5)
  })
})

describe('two hundred seeds', () => {
  /** The rates from 10 KB to 1 MB a second, as many of each order of magnitude, at 20 to 220 ms. */
  const mixed = several(200, n => ({
    rate: 10 * KB * 10 ** ((n % 41) / 20),
    roundTrip: 20 + ((n * 37) % 200),
    reqq: 500,
  }))
  const alike = several(200, () => ({ rate: 500 * KB, roundTrip: 60, reqq: 500 }))

  it.each([4, 16])('are all kept busy within the memory for partial pieces, at %i MiB a piece', mebibytes => {
    const pieceLength = mebibytes * MIB
    const world = new Asking({ pieces: (512 * MIB) / pieceLength, pieceLength, checkTime: 40, sources: alike })
    const { ratio, wasted } = figures(world)
    expect(ratio).toBeLessThan(1.06)
    expect(wasted).toBeLessThan(0.01)
    expect(world.stats.buffered).toBeLessThanOrEqual(MAX_BUFFERED_BYTES)
  })

  it.each([
    [4, 1.08, 0.03],
    [16, 1.15, 0.05],
  ])('of all rates, too, at %i MiB a piece', (mebibytes, most, waste) => {
    const pieceLength = mebibytes * MIB
    const world = new Asking({ pieces: (1024 * MIB) / pieceLength, pieceLength, checkTime: 40, sources: mixed })
    const { ratio, wasted } = figures(world)
    expect(ratio).toBeLessThan(most)
    expect(wasted).toBeLessThan(waste)
    expect(world.stats.buffered).toBeLessThanOrEqual(MAX_BUFFERED_BYTES)
  })

  it('are asked for little each where we are the narrow place', () => {
    const down = 20 * MB
    const world = new Asking({ pieces: 64, pieceLength: 4 * MIB, checkTime: 40, sources: alike, down })
    const { ratio, deepest } = figures(world, down)
    expect(ratio).toBeLessThan(1.02)
    expect(deepest).toBeLessThan(40)
  })
})

describe('a download', () => {
  const sources = several(20, n => ({ rate: (n + 1) * 100 * KB, roundTrip: 20 + n * 5, reqq: 500 }))
  const content = { pieces: 256, pieceLength: MIB, sources }

  it('in sequence costs no time, and brings pieces nearly in order', () => {
    const world = new Asking({ ...content, order: { sequential: true } })
    expect(figures(world).ratio).toBeLessThan(1.05)
    const lateness = world.order.map((piece, place) => place - piece)
    expect(Math.max(...lateness)).toBeLessThan(64)
    expect(lateness.filter(late => late > 32).length).toBeLessThan(26)
  })

  it('with priorities brings what is high before all else, and what is low last', () => {
    const levels = Uint8Array.from({ length: 256 }, (_, piece) => (piece % 8 === 3 ? 0 : piece % 8 === 5 ? 2 : 1))
    const world = new Asking({ ...content, order: { levels } })
    expect(figures(world).ratio).toBeLessThan(1.05)
    const places = (level: number) => world.order.flatMap((piece, place) => (levels[piece] === level ? [place] : []))
    expect(Math.max(...places(0))).toBeLessThan(32 + 64)
    expect(Math.min(...places(2))).toBeGreaterThan(256 - 32 - 64)
  })
})
