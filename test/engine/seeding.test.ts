// Seeding that ends by itself, with a downloader of our own over the loopback.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import type { Engine } from '../../src/lib/engine/engine.ts'
import { contentStamp } from '../../src/lib/engine/seed-content.ts'
import { seedItems } from '../../src/lib/engine/seed-items.ts'
import type { PeerAddress } from '../../src/lib/base/address.ts'
import {
  countOf,
  eventOf,
  eventsOf,
  makeSample,
  openEngine,
  seedEngine,
  temporaryFolder,
  wrongFiles,
  type Sample,
} from './support/content.ts'
import { FakeTracker, registryOf, TRACKER_URL } from './support/plugins.ts'

const FILES = { 'a.bin': 200_000, 'b.bin': 10 }
/** The torrent's name is that of its folder. */
const NAME = 'sample'

const addressOf = (engine: Engine): readonly PeerAddress[] => (engine.address ? [engine.address] : [])

/** Downloads it whole from these peers. */
async function take(sample: Sample, peers: readonly PeerAddress[]): Promise<readonly string[]> {
  const engine = await openEngine()
  const output = join(await temporaryFolder(), 'copy')
  await engine.download(sample.source, { output, peers }).done
  await engine.close()
  return wrongFiles(output, sample.files)
}

describe('a seed', () => {
  it('stops by itself at its ratio, when all of it has gone out, and tells the tracker', async () => {
    const sample = await makeSample(FILES)
    const tracker = new FakeTracker()
    const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
    const session = engine.seed(sample.source, { path: sample.path, trackers: [TRACKER_URL], seedUntil: { ratio: 2 } })
    await session.done
    const goal = eventOf(session, 'seedGoal')
    expect(await take(sample, addressOf(engine))).toEqual([])
    expect(session.stage).toBe('seeding')
    expect(session.progress().ratio).toBe(1)
    expect(await take(sample, addressOf(engine))).toEqual([])
    expect(await goal).toEqual({ type: 'seedGoal', goal: 'ratio' })
    expect(await session.seeded).toBe('ratio')
    expect(session.stage).toBe('stopped')
    expect(session.progress().ratio).toBe(2)
    expect(tracker.events()).toEqual(['started', 'stopped'])
    expect(tracker.requests.at(-1)).toMatchObject({ uploaded: 2 * 200_010, left: 0 })
  })

  it.each([
    ['its time is over', { seedTime: 0.3 }, 'seedTime'],
    ['nobody takes anything', { idleTime: 0.3, seedTime: 3600 }, 'idleTime'],
  ])('stops by itself when %s', async (_, seedUntil, goal) => {
    const sample = await makeSample(FILES)
    const engine = await openEngine()
    const session = engine.seed(sample.source, { path: sample.path, seedUntil })
    expect(await session.seeded).toBe(goal)
    expect(session.stage).toBe('stopped')
  })

  it('does not count the time in which it is paused', async () => {
    const sample = await makeSample(FILES)
    const engine = await openEngine()
    const session = engine.seed(sample.source, { path: sample.path, seedUntil: { seedTime: 0.5 } })
    await session.done
    const paused = performance.now()
    await session.pause()
    await expect.poll(() => performance.now() - paused, { timeout: 5_000 }).toBeGreaterThan(1_000)
    expect(session.stage).toBe('seeding')
    await session.resume()
    expect(await session.seeded).toBe('seedTime')
  })

  it('takes no other torrent with it', async () => {
    const [one, two] = [await makeSample(FILES), await makeSample({ 'c.bin': 50_000 })]
    const engine = await openEngine()
    const first = engine.seed(one.source, { path: one.path, seedUntil: { seedTime: 0 } })
    const second = engine.seed(two.source, { path: two.path })
    await first.seeded
    await second.done
    expect(await take(two, addressOf(engine))).toEqual([])
  })

  it('that is stopped before has not been seeded enough', async () => {
    const sample = await makeSample(FILES)
    const engine = await openEngine()
    const session = engine.seed(sample.source, { path: sample.path, seedUntil: { ratio: 1 } })
    await session.done
    await engine.close()
    await expect(session.seeded).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('that fails has not either', async () => {
    const sample = await makeSample(FILES)
    const engine = await openEngine()
    const nowhere = join(await temporaryFolder(), 'nothing')
    const session = engine.seed(sample.source, { path: nowhere, seedUntil: { seedTime: 0 } })
    await expect(session.seeded).rejects.toMatchObject({ code: 'DISK_NOT_FOUND' })
  })

  it('refuses what is no goal', async () => {
    const sample = await makeSample(FILES)
    const engine = await openEngine()
    expect(() => engine.seed(sample.source, { seedUntil: { ratio: 0 } })).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    )
    expect(engine.torrents).toEqual([])
  })

  it('says that nothing is there where its folder holds none of it', async () => {
    const sample = await makeSample(FILES)
    const engine = await openEngine()
    const session = engine.seed(sample.source, { path: await temporaryFolder() })
    await expect(session.done).rejects.toMatchObject({
      code: 'DISK_NOT_FOUND',
      message: expect.stringContaining(`nothing of "${NAME}" is in `) as string,
    })
  })
})

describe('content that was hashed a moment ago', () => {
  it('is not hashed again as long as nothing has changed', async () => {
    const sample = await makeSample(FILES)
    const place = { path: sample.path }
    const verified = await contentStamp(sample.source, place)
    const engine = await openEngine()
    const checks = async (): Promise<number> => {
      const session = engine.seed(sample.source, { ...place, verified })
      const events = eventsOf(session)
      await session.done
      await engine.remove(session)
      return countOf(events, 'checked')
    }
    expect(await checks()).toBe(0)
    await utimes(join(sample.path, 'a.bin'), 1, 1)
    expect(await checks()).toBeGreaterThan(0)
    await rm(join(sample.path, 'b.bin'))
    const gone = engine.seed(sample.source, { ...place, verified: await contentStamp(sample.source, place) })
    await gone.done
    expect(gone.have?.complete).toBe(false)
  })

  it('is served though its names are not safe ones for every system', async () => {
    const folder = join(await temporaryFolder(), 'Vol. 1.')
    await mkdir(folder)
    for (const name of ['a\\b.bin', 'con.txt', 'plain.txt']) await writeFile(join(folder, name), name)
    const [item] = await seedItems([folder], {
      trackers: [],
      signal: new AbortController().signal,
      onWarning: () => undefined,
    })
    if (item === undefined) throw new Error('nothing was made')
    const { source, ...place } = item
    const engine = await openEngine()
    const session = engine.seed(source, place)
    await session.done
    expect(session.have?.complete).toBe(true)
    const output = join(await temporaryFolder(), 'copy')
    await (await openEngine()).download(source, { output, peers: addressOf(engine) }).done
    expect((await readdir(output)).filter(name => !name.startsWith('.')).sort()).toEqual([
      '_con.txt',
      'a_b.bin',
      'plain.txt',
    ])
  })
})

describe('a download', () => {
  it('seeds on to its ratio, over runs, and leaves nothing but its files then', async () => {
    const sample = await makeSample(FILES)
    const { address } = await seedEngine(sample)
    const output = join(await temporaryFolder(), 'copy')
    const options = { output, peers: [address], seedUntil: { ratio: 2 } }
    const record = join(output, `.${hex(sample.source.infoHash)}.bt-resume`)

    const first = await openEngine()
    const began = first.download(sample.source, options)
    await began.done
    expect(began.path).toBe(output)
    await take(sample, addressOf(first))
    await first.close()
    expect(existsSync(record)).toBe(true)

    const second = await openEngine()
    const session = second.download(sample.source, options)
    await session.done
    // Nothing is hashed again either.
    expect(session.progress()).toMatchObject({ ratio: 1, uploaded: 0, downloaded: 0 })
    await take(sample, addressOf(second))
    expect(await session.seeded).toBe('ratio')
    await second.close()
    expect((await readdir(output)).sort()).toEqual(['a.bin', 'b.bin'])
    await rm(dirname(output), { recursive: true })
  })

  it('leaves no record where it was not to be seeded', async () => {
    const sample = await makeSample(FILES)
    const { address } = await seedEngine(sample)
    const output = join(await temporaryFolder(), 'copy')
    const engine = await openEngine()
    await engine.download(sample.source, { output, peers: [address] }).done
    await engine.close()
    expect((await readdir(output)).sort()).toEqual(['a.bin', 'b.bin'])
  })
})
