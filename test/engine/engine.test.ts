// Engines that talk to each other over the loopback, in one process.
import { open, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { BtError } from '../../src/lib/base/errors.ts'
import type { Storage } from '../../src/lib/engine/storage.ts'
import {
  countOf,
  eventOf,
  eventsOf,
  makeSample,
  openEngine,
  wrongFiles,
  seedEngine,
  temporaryFolder,
} from './support/content.ts'
import { FakeTracker, registryOf, TRACKER_URL } from './support/plugins.ts'

/** Files that share pieces, an empty one, and one in a folder. */
const SEVERAL = { 'a.bin': 40_000, 'b/empty.txt': 0, 'b/c.bin': 100_001, 'd.bin': 5, 'e.bin': 70_000 }

describe('a download', () => {
  it('gets every file, the empty one too', async () => {
    const sample = await makeSample(SEVERAL)
    const { address } = await seedEngine(sample)
    const engine = await openEngine()
    const output = join(await temporaryFolder(), 'copy')
    const session = engine.download(sample.source, { output, peers: [address] })
    await session.done
    expect(session.stage).toBe('seeding')
    expect(session.progress()).toMatchObject({ bytesLeft: 0, bytesDone: 210_006, bytesTotal: 210_006, name: 'sample' })
    await engine.close()
    expect(session.stage).toBe('stopped')
    expect(await wrongFiles(output, sample.files)).toEqual([])
    // Nothing but what was asked for is left.
    expect((await readdir(output)).toSorted((a, b) => a.localeCompare(b))).toEqual(['a.bin', 'b', 'd.bin', 'e.bin'])
  })

  it('gets the selected files and no others', async () => {
    const sample = await makeSample(SEVERAL)
    const { address } = await seedEngine(sample)
    const engine = await openEngine()
    const output = join(await temporaryFolder(), 'copy')
    const index = sample.source.info?.files.findIndex(file => file.path.at(-1) === 'd.bin') ?? -1
    const session = engine.download(sample.source, { output, peers: [address], select: () => [index] })
    await session.done
    await engine.close()
    const others = Object.keys(SEVERAL).filter(name => name !== 'd.bin')
    expect(await wrongFiles(output, sample.files)).toEqual(others)
  })

  it('goes on where it was stopped', async () => {
    const sample = await makeSample({ 'big.bin': 4_000_000 })
    const { address } = await seedEngine(sample)
    const output = join(await temporaryFolder(), 'copy')
    const first = (await openEngine()).download(sample.source, { output, peers: [address] })
    await eventOf(first, 'pieceVerified')
    await first.stop()
    await expect(first.done).rejects.toMatchObject({ code: 'INTERRUPTED' })
    const kept = first.have?.count ?? 0
    expect(kept).toBeGreaterThan(0)
    expect(kept).toBeLessThan(245)

    const second = (await openEngine()).download(sample.source, { output, peers: [address] })
    const events = eventsOf(second)
    await second.done
    // What was verified is trusted, not read again.
    expect(countOf(events, 'checked')).toBe(0)
    expect(countOf(events, 'pieceVerified')).toBe(245 - kept)
    await second.stop()
    expect(await wrongFiles(output, sample.files)).toEqual([])
  })

  it('counts a piece that was on its way to the disk when it was stopped', async () => {
    const sample = await makeSample({ 'a.bin': 10_000 })
    const { address } = await seedEngine(sample)
    const engine = await openEngine()
    let write: (() => void) | undefined
    let saved: readonly number[] = []
    const session = engine.add(sample.source, { peers: [address] }, info =>
      Promise.resolve({
        have: new Bitfield(info.pieceCount),
        wanted: Bitfield.full(info.pieceCount),
        readInto: () => Promise.reject(new BtError('INTERNAL', 'nothing to read')),
        write: () =>
          new Promise<void>(resolve => {
            write = resolve
          }),
        close: have => {
          saved = [...have.indices()]
          return Promise.resolve()
        },
      }),
    )
    await expect.poll(() => write).toBeDefined()
    const stopped = session.stop()
    expect(session.have?.count).toBe(0)
    write?.()
    await stopped
    expect(saved).toEqual([0])
    // Too late to be called complete: it was told that it is stopped.
    expect(session.stage).toBe('stopped')
  })

  it('trusts nothing that changed after the resume record, as after kill -9', async () => {
    const sample = await makeSample({ 'big.bin': 2_000_000 })
    const { address } = await seedEngine(sample)
    const output = join(await temporaryFolder(), 'copy')
    const first = (await openEngine()).download(sample.source, { output, peers: [address] })
    await eventOf(first, 'pieceVerified')
    await first.stop()
    const [piece = 0] = first.have?.indices() ?? []
    const file = await open(join(output, 'big.bin'), 'r+')
    await file.write(new Uint8Array(100), 0, 100, piece * 16_384)
    await file.utimes(1, 1)
    await file.close()

    const second = (await openEngine()).download(sample.source, { output, peers: [address] })
    const events = eventsOf(second)
    await second.done
    expect(countOf(events, 'checked')).toBeGreaterThan(0)
    await second.stop()
    expect(await wrongFiles(output, sample.files)).toEqual([])
  })

  it('keeps what is right of files that were there, and replaces what is wrong', async () => {
    const sample = await makeSample({ 'a.bin': 100_000, 'b.bin': 100_000 })
    const { address } = await seedEngine(sample)
    const output = await temporaryFolder()
    await writeFile(join(output, 'a.bin'), sample.files['a.bin'] ?? '')
    await writeFile(join(output, 'b.bin'), new Uint8Array(100_000))
    const session = (await openEngine()).download(sample.source, { output, peers: [address] })
    const events = eventsOf(session)
    await session.done
    // 13 pieces, of which 6 lie in a.bin alone.
    expect(countOf(events, 'pieceVerified')).toBe(7)
    await session.stop()
    expect(await wrongFiles(output, sample.files)).toEqual([])
  })

  it('by magnet link gets the metadata first, and says so to trackers', async () => {
    const sample = await makeSample(SEVERAL)
    const { address } = await seedEngine(sample)
    const tracker = new FakeTracker()
    tracker.peers = [address]
    const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
    const output = join(await temporaryFolder(), 'copy')
    const port = engine.address?.port
    const source = { infoHash: sample.source.infoHash, tiers: [[TRACKER_URL]], peers: [] }
    const session = engine.download(source, { output })
    expect(session.stage).toBe('metadata')
    expect((await session.metadata).name).toBe('sample')
    await session.done
    await engine.close()
    expect(tracker.events()).toEqual(['started', 'completed', 'stopped'])
    expect(tracker.requests.map(({ left }) => left)).toEqual([1, 0, 0])
    expect(new Set(tracker.requests.map(({ port }) => port))).toEqual(new Set([port]))
    expect(await wrongFiles(output, sample.files)).toEqual([])
  })

  it('that is stopped while it has no metadata never says that nothing is left', async () => {
    const tracker = new FakeTracker()
    const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
    const sample = await makeSample({ 'a.bin': 10 })
    const session = engine.download({ infoHash: sample.source.infoHash, tiers: [[TRACKER_URL]], peers: [] })
    await eventOf(session, 'announced')
    await engine.close()
    expect(tracker.events()).toEqual(['started', 'stopped'])
    expect(tracker.requests.every(({ left }) => left > 0)).toBe(true)
    await expect(session.metadata).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })

  it('by magnet link of what is there already tells no tracker that it was completed', async () => {
    const sample = await makeSample({ 'a.bin': 100_000 })
    const { address } = await seedEngine(sample)
    const tracker = new FakeTracker()
    tracker.peers = [address]
    const source = { infoHash: sample.source.infoHash, tiers: [[TRACKER_URL]], peers: [] }
    const output = join(await temporaryFolder(), 'copy')
    for (const expected of [
      ['started', 'completed', 'stopped'],
      ['started', 'stopped'],
    ]) {
      tracker.requests.length = 0
      const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
      await engine.download(source, { output }).done
      await engine.close()
      expect(tracker.events()).toEqual(expected)
    }
  })

  it('of some files is no completed one: the rest is still `left`', async () => {
    const sample = await makeSample({ 'a.bin': 100_000, 'b.bin': 100_000 })
    const { address } = await seedEngine(sample)
    const tracker = new FakeTracker()
    const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
    const source = { ...sample.source, tiers: [[TRACKER_URL]] }
    const output = join(await temporaryFolder(), 'copy')
    await engine.download(source, { output, peers: [address], select: () => [0] }).done
    await engine.close()
    expect(tracker.events()).toEqual(['started', 'stopped'])
    expect(tracker.requests.at(-1)?.left).toBeGreaterThan(0)
  })

  it('announces completion once, though it serves on and stops long after', async () => {
    const sample = await makeSample({ 'a.bin': 100_000 })
    const { address } = await seedEngine(sample)
    const tracker = new FakeTracker()
    const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
    const source = { ...sample.source, tiers: [[TRACKER_URL]] }
    const session = engine.download(source, { output: join(await temporaryFolder(), 'copy'), peers: [address] })
    await session.done
    await engine.remove(session)
    expect(engine.torrents).toEqual([])
    expect(tracker.events()).toEqual(['started', 'completed', 'stopped'])
    expect(tracker.requests[0]?.left).toBe(100_000)
    expect(tracker.requests[2]).toMatchObject({ left: 0, numWant: 0 })
    expect(tracker.requests[2]?.downloaded).toBeGreaterThanOrEqual(100_000)
  })
})

describe('a seed', () => {
  it('announces that it is one, and never completion; peers leaving are no reason to ask for more', async () => {
    const sample = await makeSample({ 'a.bin': 50_000 })
    const tracker = new FakeTracker()
    const seeder = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
    const seed = seeder.seed({ ...sample.source, tiers: [[TRACKER_URL]] }, { path: sample.path })
    await seed.done
    const leecher = await openEngine()
    const leech = leecher.download(sample.source, {
      output: join(await temporaryFolder(), 'copy'),
      ...(seeder.address && { peers: [seeder.address] }),
    })
    const left = eventOf(seed, 'peerDisconnected')
    await leech.done
    await leecher.close()
    await left
    await seeder.close()
    expect(tracker.events()).toEqual(['started', 'stopped'])
    expect(tracker.requests.map(request => request.left)).toEqual([0, 0])
    expect(tracker.requests[1]?.uploaded).toBeGreaterThanOrEqual(50_000)
  })

  it('is refused where nothing matches', async () => {
    const sample = await makeSample({ 'a.bin': 50_000 })
    await writeFile(join(sample.path, 'a.bin'), new Uint8Array(50_000))
    const session = (await openEngine()).seed(sample.source, { path: sample.path })
    await expect(session.done).rejects.toMatchObject({ code: 'HASH_MISMATCH' })
    expect(session.stage).toBe('failed')
  })

  it('of a part serves that part', async () => {
    const sample = await makeSample({ 'a.bin': 50_000 })
    const file = await open(join(sample.path, 'a.bin'), 'r+')
    await file.write(new Uint8Array(100), 0, 100, 0)
    await file.close()
    const engine = await openEngine()
    const session = engine.seed(sample.source, { path: sample.path })
    const warned = eventOf(session, 'warning')
    await session.done
    expect((await warned).message).toContain('3 of 4 pieces')
    expect([...(session.have?.indices() ?? [])]).toEqual([1, 2, 3])
  })
})

/** A download whose every write fails, from a peer that has all. */
async function unwritable(failure: BtError) {
  const sample = await makeSample({ 'a.bin': 200_000 })
  const { address } = await seedEngine(sample)
  const tracker = new FakeTracker()
  const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
  let closed = 0
  const session = engine.add(
    { ...sample.source, tiers: [[TRACKER_URL]] },
    { peers: [address] },
    (info): Promise<Storage> =>
      Promise.resolve({
        have: new Bitfield(info.pieceCount),
        wanted: Bitfield.full(info.pieceCount),
        readInto: () => Promise.reject(failure),
        write: () => Promise.reject(failure),
        close: () => {
          closed++
          return Promise.resolve()
        },
      }),
  )
  return { session, tracker, closings: () => closed }
}

describe('a session whose disk is full', () => {
  it('waits, says what it waits for, and can be stopped as ever', async () => {
    const full = new BtError('DISK_FULL', 'no space left', { details: { path: '/nowhere/at/all' } })
    const { session, tracker, closings } = await unwritable(full)
    expect(await eventOf(session, 'diskFull')).toEqual({
      type: 'diskFull',
      error: full,
      path: '/nowhere/at/all',
      missing: 200_000,
    })
    expect(session.obstacle).toBe(full)
    expect(session.stage).toBe('downloading')
    expect(session.progress().peers).toBe(1)
    await session.stop()
    await expect(session.done).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(session.stage).toBe('stopped')
    expect(closings()).toBe(1)
    expect(tracker.events()).toEqual(['started', 'stopped'])
  })
})

describe('a session fails', () => {
  it('with the error of its disk, and ends', async () => {
    const denied = new BtError('DISK_PERMISSION', 'not allowed')
    const { session, tracker, closings } = await unwritable(denied)
    await expect(session.done).rejects.toBe(denied)
    await expect(session.failure).rejects.toBe(denied)
    await session.stop()
    expect(session.stage).toBe('failed')
    expect(closings()).toBe(1)
    expect(session.progress().peers).toBe(0)
    expect(tracker.events()).toEqual(['started', 'stopped'])
  })

  it('where its output can not be a folder', async () => {
    const sample = await makeSample({ 'a.bin': 10 })
    const blocked = join(await temporaryFolder(), 'file')
    await writeFile(blocked, 'in the way')
    const session = (await openEngine()).download(sample.source, { output: join(blocked, 'copy') })
    await expect(session.done).rejects.toMatchObject({ code: expect.stringMatching(/^DISK_/) })
    await session.stop()
    expect(session.stage).toBe('failed')
  })

  it('where a file vanishes that it serves', async () => {
    const sample = await makeSample({ 'a.bin': 5_000_000 })
    const { engine: seeder, address } = await seedEngine(sample)
    const [seed] = seeder.torrents
    await rm(join(sample.path, 'a.bin'))
    await writeFile(join(sample.path, 'a.bin'), '')
    const leech = (await openEngine()).download(sample.source, {
      output: join(await temporaryFolder(), 'copy'),
      peers: [address],
    })
    const ended = await Promise.race([seed?.failure.catch((error: unknown) => error), leech.done.then(() => 'done')])
    // It may have the file open still; what it may not do is serve what is not there.
    expect(ended === 'done' || (ended instanceof BtError && ended.code.startsWith('DISK_'))).toBe(true)
  })
})

describe('an engine', () => {
  it('has each torrent once', async () => {
    const sample = await makeSample({ 'a.bin': 10 })
    const engine = await openEngine()
    engine.seed(sample.source, { path: sample.path })
    expect(() => engine.seed(sample.source, { path: sample.path })).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  it('leaves nothing open when it is closed, whatever its peers do', async () => {
    const held = (): readonly string[] => process.getActiveResourcesInfo().filter(kind => kind.startsWith('TCP'))
    const before = held().length
    const sample = await makeSample({ 'a.bin': 1_000_000 })
    const { engine: seeder, address } = await seedEngine(sample)
    const leecher = await openEngine()
    const leech = leecher.download(sample.source, {
      output: join(await temporaryFolder(), 'copy'),
      peers: [address, { host: '127.0.0.1', port: 9 }],
    })
    await eventOf(leech, 'pieceVerified')
    await Promise.all([leecher.close(), seeder.close()])
    await expect.poll(() => held().length).toBeLessThanOrEqual(before)
  })

  it('does not connect to itself', async () => {
    const sample = await makeSample({ 'a.bin': 10 })
    const engine = await openEngine()
    const address = engine.address ?? { host: '', port: 0 }
    const session = engine.download(sample.source, {
      output: join(await temporaryFolder(), 'copy'),
      peers: [address],
      giveUp: true,
    })
    const lost = await eventOf(session, 'peerDisconnected')
    expect(lost).toMatchObject({ reason: 'self-connection' })
    await expect(session.done).rejects.toMatchObject({ code: 'NO_PEERS' })
  })
})
