// Limits hold within 5 %, from the first second on, and who shares one shares it equally.
import { describe, expect, it, vi } from 'vitest'
import { RateLimit, type TransferLimits } from '../../src/lib/swarm/rate-limit.ts'
import { makeContent } from './support/content.ts'
import type { Node } from './support/node.ts'
import { LINK, World } from './support/world.ts'

// Minutes of virtual time, on a machine that may have others to serve.
vi.setConfig({ testTimeout: 60_000 })

const KIB = 1024
const BLOCK = 16 * KIB

function limits({ down = 0, up = 0 }: { readonly down?: number; readonly up?: number }, now = 0): TransferLimits {
  const of = (rate: number): RateLimit[] => (rate === 0 ? [] : [new RateLimit(rate, now)])
  return { down: of(down), up: of(up) }
}

/** The least and the greatest rate over any ten seconds of so many, in parts of `rate`; a block may lie on either edge. */
function extremes(world: World, total: () => number, seconds: number, rate: number): { least: number; most: number } {
  const totals = [total()]
  for (let second = 0; second < seconds; second++) {
    world.clock.run(1000)
    totals.push(total())
  }
  const spans = totals.slice(10).map((bytes, start) => bytes - (totals[start] ?? 0))
  return { least: (Math.min(...spans) + BLOCK) / (10 * rate), most: (Math.max(...spans) - BLOCK) / (10 * rate) }
}

/** How much more the greatest of them is than the least. */
function spread(values: readonly number[]): number {
  return Math.max(...values) / Math.min(...values) - 1
}

const downloaded = (node: Node): number => node.torrent.stats.download.total
const uploaded = (node: Node): number => node.torrent.stats.upload.total

/** Begins when its handshakes are done: what is measured is the limit. */
function meet(world: World): void {
  world.clock.run(200)
}

describe('a limit of uploads', () => {
  it('holds, and leeches get equal parts', () => {
    const world = new World(600, { pieces: 64 })
    const rate = 100 * KIB
    const seed = world.seed({ limits: limits({ up: rate }) })
    const leeches = world.leeches(4)
    for (const leech of leeches) leech.know(seed)
    meet(world)
    const { least, most } = extremes(world, () => uploaded(seed), 60, rate)
    expect(least).toBeGreaterThan(0.95)
    expect(most).toBeLessThan(1.05)
    expect(spread(leeches.map(downloaded))).toBeLessThan(0.05)
  })

  it('lets small messages pass: a have does not wait behind blocks', () => {
    const world = new World(601, { pieces: 64 })
    const rate = 8 * KIB
    const first = world.node({ have: [0, 1, 2, 3], limits: limits({ up: rate }) })
    const seed = world.seed({ link: { ...LINK, up: 200 * KIB } })
    const leech = world.node()
    leech.know(first)
    meet(world)
    first.know(seed)
    world.clock.run(5000)
    const has = [...leech.torrent.peers.values()][0]?.has?.count ?? 0
    expect(has).toBeGreaterThan(10)
    expect((first.torrent.have?.count ?? 0) - has).toBeLessThan(2)
    expect(downloaded(leech)).toBeLessThan(5 * rate + BLOCK)
  })
})

describe('a limit of downloads', () => {
  it('holds, and peers give equal parts', () => {
    const world = new World(610, { pieces: 80 })
    const rate = 100 * KIB
    const seeds = Array.from({ length: 8 }, () => world.seed())
    const leech = world.node({ limits: limits({ down: rate }) })
    leech.know(...seeds)
    meet(world)
    const { least, most } = extremes(world, () => downloaded(leech), 40, rate)
    expect(least).toBeGreaterThan(0.95)
    expect(most).toBeLessThan(1.05)
    expect(spread(seeds.map(uploaded))).toBeLessThan(0.1)
  })

  it('holds where it is slow, and no request is late for it', () => {
    const world = new World(611, { pieces: 64 })
    const rate = 20 * KIB
    const seeds = Array.from({ length: 8 }, () => world.seed())
    const leech = world.node({ limits: limits({ down: rate }) })
    leech.know(...seeds)
    meet(world)
    const { least, most } = extremes(world, () => downloaded(leech), 120, rate)
    expect(least).toBeGreaterThan(0.95)
    expect(most).toBeLessThan(1.05)
    expect(spread(seeds.map(uploaded))).toBeLessThan(0.15)
    expect([...leech.torrent.peers.values()].map(peer => peer.snubbed || peer.timeouts > 0)).not.toContain(true)
    expect(leech.torrent.stats.wasted).toBe(0)
    expect(leech.count('peerDisconnected')).toBe(0)
  })

  it('is no limit to who is slower, and a download under it is complete in the end', () => {
    const world = new World(612, { pieces: 64 })
    const seed = world.seed({ link: { ...LINK, up: 100 * KIB } })
    const leech = world.node({ limits: limits({ down: 400 * KIB }) })
    leech.know(seed)
    meet(world)
    const started = world.clock.now
    world.untilFinished([leech])
    const seconds = (world.clock.now - started) / 1000
    expect(downloaded(leech) / seconds / (100 * KIB)).toBeGreaterThan(0.93)
  })

  it('is kept where peers hold back what they were asked for, and send it all at once', () => {
    const world = new World(613, { pieces: 110 })
    const rate = 200 * KIB
    const seeds = Array.from({ length: 8 }, () => world.seed())
    const leech = world.node({ limits: limits({ down: rate }) })
    // Their uploads are as good as shut at first: what they are asked for piles up.
    for (const seed of seeds) seed.setLimits(limits({ up: 2 * KIB }))
    leech.know(...seeds)
    world.clock.run(20_000)
    for (const seed of seeds) seed.setLimits(limits({}))
    const { most } = extremes(world, () => downloaded(leech), 30, rate)
    expect(most).toBeLessThan(1.05)
  })
})

describe('a limit that torrents share', () => {
  it('holds for all of them together, and each gets an equal part, whatever the number of its peers', () => {
    const world = new World(620, { pieces: 64 })
    const other = makeContent({ pieces: 64, pieceLength: 65_536, random: world.random })
    const rate = 200 * KIB
    const shared = limits({ up: rate })
    const [popular, lonely] = [world.seed({ limits: shared }), world.seed({ limits: shared, content: other })]
    for (const leech of world.leeches(6)) leech.know(popular)
    world.node({ content: other }).know(lonely)
    meet(world)
    const { least, most } = extremes(world, () => uploaded(popular) + uploaded(lonely), 30, rate)
    expect(least).toBeGreaterThan(0.95)
    expect(most).toBeLessThan(1.05)
    expect(spread([uploaded(popular), uploaded(lonely)])).toBeLessThan(0.05)
  })

  it('leaves to others what a torrent does not take, by its own limit or for want of peers', () => {
    const world = new World(621, { pieces: 64 })
    const other = makeContent({ pieces: 64, pieceLength: 65_536, random: world.random })
    const rate = 200 * KIB
    const [shared] = limits({ up: rate }).up
    if (shared === undefined) throw new Error('one limit')
    const free = world.seed({ limits: { down: [], up: [shared] } })
    const slow = world.seed({ limits: { down: [], up: [shared, new RateLimit(20 * KIB, 0)] }, content: other })
    world.seed({ limits: { down: [], up: [shared] } })
    for (const leech of world.leeches(2)) leech.know(free)
    world.node({ content: other }).know(slow)
    meet(world)
    const { least, most } = extremes(world, () => uploaded(free) + uploaded(slow), 30, rate)
    expect(least).toBeGreaterThan(0.95)
    expect(most).toBeLessThan(1.05)
    expect(uploaded(slow) / (30 * 20 * KIB)).toBeCloseTo(1, 1)
  })
})

describe('limits that change at run time', () => {
  it('hold from then on: set, changed, and taken away', () => {
    const world = new World(630, { pieces: 112 })
    const link = { ...LINK, up: 300 * KIB }
    const seed = world.seed({ link })
    const leech = world.node()
    leech.know(seed)
    meet(world)
    const phase = (change: TransferLimits, seconds: number): number => {
      leech.setLimits(change)
      const before = downloaded(leech)
      world.clock.run(seconds * 1000)
      return (downloaded(leech) - before) / seconds
    }
    expect(phase(limits({}), 5)).toBeGreaterThan(0.7 * link.up)
    // What was asked for before comes all the same, and is made up for.
    expect(phase(limits({ down: 50 * KIB }, world.clock.now), 40) / (50 * KIB)).toBeCloseTo(1, 1)
    expect(phase(limits({ down: 100 * KIB }, world.clock.now), 10) / (100 * KIB)).toBeCloseTo(1, 1)
    expect(phase(limits({}), 5)).toBeGreaterThan(0.9 * link.up)
  })
})
