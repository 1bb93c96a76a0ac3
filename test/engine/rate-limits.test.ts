import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { combine, LimitPair } from '../../src/lib/engine/rate-limits.ts'
import { eventOf, makeSample, openEngine, seedEngine, temporaryFolder, wrongFiles } from './support/content.ts'

/** So slow that not one block comes in a test's life. */
const CRAWL = 1

describe('LimitPair', () => {
  it('has no limits at first, and 0 takes one away', () => {
    const pair = new LimitPair()
    expect([pair.down, pair.up]).toEqual([undefined, undefined])
    pair.set({ maxDown: 1000, maxUp: 2000 }, 0)
    expect([pair.down?.rate, pair.up?.rate]).toEqual([1000, 2000])
    pair.set({ maxDown: 0 }, 0)
    expect([pair.down, pair.up?.rate]).toEqual([undefined, 2000])
  })

  it('keeps a limit, and what was ordered from it, where the rate is the same', () => {
    const pair = new LimitPair()
    pair.set({ maxUp: 1000 }, 0)
    const before = pair.up
    pair.set({ maxUp: 1000 }, 5000)
    expect(pair.up).toBe(before)
  })

  it.each([-1, NaN, Infinity])('takes no rate of %s, and changes nothing then', maxUp => {
    const pair = new LimitPair()
    expect(() => pair.set({ maxDown: 5, maxUp }, 0)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    expect(pair.down).toBeUndefined()
  })

  it('is combined with others: each limit holds', () => {
    const [engine, torrent] = [new LimitPair(), new LimitPair()]
    engine.set({ maxDown: 10, maxUp: 20 }, 0)
    torrent.set({ maxUp: 5 }, 0)
    const { down, up } = combine(engine, torrent)
    expect([down.map(limit => limit.rate), up.map(limit => limit.rate)]).toEqual([[10], [20, 5]])
  })
})

describe('an engine with limits', () => {
  it('refuses what is no rate', async () => {
    await expect(openEngine({ maxUp: -5 })).rejects.toMatchObject({ code: 'USAGE' })
    const engine = await openEngine()
    expect(() => engine.setLimits({ maxDown: NaN })).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  it.each([
    ['the engine', { maxDown: CRAWL }, {}],
    ['the torrent', {}, { maxDown: CRAWL }],
  ])('keeps to one of downloads, of %s, until it is taken away', async (_, ofEngine, ofTorrent) => {
    const sample = await makeSample({ 'a.bin': 200_000 })
    const { address } = await seedEngine(sample)
    const engine = await openEngine(ofEngine)
    const output = join(await temporaryFolder(), 'copy')
    const session = engine.download(sample.source, { output, peers: [address], ...ofTorrent })
    await eventOf(session, 'peerConnected')
    await expect.poll(() => session.progress().useful).toBe(1)
    expect(session.progress().downloaded).toBe(0)
    engine.setLimits({ maxDown: 0 })
    session.setLimits({ maxDown: 0 })
    await session.done
    expect(await wrongFiles(output, sample.files)).toEqual([])
  })

  it('keeps to one of uploads, until it is taken away', async () => {
    const sample = await makeSample({ 'a.bin': 200_000 })
    const seeder = await openEngine({ maxUp: CRAWL })
    const seed = seeder.seed(sample.source, { path: sample.path })
    await seed.done
    const output = join(await temporaryFolder(), 'copy')
    const leech = (await openEngine()).download(sample.source, {
      output,
      ...(seeder.address && { peers: [seeder.address] }),
    })
    await eventOf(seed, 'peerConnected')
    await expect.poll(() => leech.progress().useful).toBe(1)
    expect(seed.progress().uploaded).toBe(0)
    seeder.setLimits({ maxUp: 0 })
    await leech.done
    expect(await wrongFiles(output, sample.files)).toEqual([])
  })
})
