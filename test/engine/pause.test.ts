// Pausing, and the signals that stop torrents and engines, over the loopback.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  eventOf,
  eventsOf,
  makeSample,
  openEngine,
  seedEngine,
  temporaryFolder,
  wrongFiles,
} from './support/content.ts'
import { FakeTracker, registryOf, TRACKER_URL } from './support/plugins.ts'

const ONE = { 'a.bin': 2_000_000 }
/** Long enough that a download is not over before it is paused. */
const SLOW = { maxDown: 500_000 }

describe('a paused download', () => {
  it('has no peers and leaves the trackers, and goes on from there', async () => {
    const sample = await makeSample(ONE)
    const { engine: seeder, address } = await seedEngine(sample)
    const tracker = new FakeTracker()
    tracker.peers = [address]
    const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
    const output = join(await temporaryFolder(), 'copy')
    engine.setLimits(SLOW)
    const session = engine.download(sample.source, { output, trackers: [TRACKER_URL], giveUp: true })
    const events = eventsOf(session)
    await eventOf(session, 'pieceVerified')
    await session.pause()
    expect(session).toMatchObject({ paused: true, stage: 'downloading' })
    expect(session.progress().peers).toBe(0)
    expect(tracker.events()).toEqual(['started', 'stopped'])
    await expect.poll(() => seeder.torrents[0]?.progress().peers).toBe(0)
    // Nobody gets in, and no tracker is asked.
    seeder.torrents[0]?.runner.addPeers([engine.address ?? address], 'user')
    await eventOf(seeder.torrents[0] ?? session, 'peerDisconnected')
    expect(session.progress().peers).toBe(0)
    expect(tracker.requests).toHaveLength(2)

    engine.setLimits({})
    await session.resume()
    expect(session.paused).toBe(false)
    await session.done
    expect(tracker.events().slice(0, 3)).toEqual(['started', 'stopped', 'started'])
    expect(events.map(({ type }) => type).filter(type => /paused|resumed/.test(type))).toEqual(['paused', 'resumed'])
    expect(await wrongFiles(output, sample.files)).toEqual([])
  })

  it('asks nobody where it is paused before its content is checked', async () => {
    const sample = await makeSample(ONE)
    const { address } = await seedEngine(sample)
    const tracker = new FakeTracker()
    tracker.peers = [address]
    const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
    const output = join(await temporaryFolder(), 'copy')
    const session = engine.download(sample.source, { output, trackers: [TRACKER_URL], peers: [address] })
    const downloading = eventOf(session, 'stage', ({ stage }) => stage === 'downloading')
    await session.pause()
    await downloading
    expect(tracker.requests).toEqual([])
    expect(session.progress().peers).toBe(0)
    await Promise.all([session.resume(), session.resume()])
    await session.done
    expect(tracker.events()[0]).toBe('started')
  })

  it('is stopped like any other, and then neither paused nor resumed', async () => {
    const sample = await makeSample(ONE)
    const { address } = await seedEngine(sample)
    const session = (await openEngine()).download(sample.source, {
      output: join(await temporaryFolder(), 'copy'),
      peers: [address],
      ...SLOW,
    })
    await eventOf(session, 'pieceVerified')
    await session.pause()
    await session.stop()
    await session.resume()
    await session.pause()
    expect(session.stage).toBe('stopped')
    await expect(session.done).rejects.toMatchObject({ code: 'INTERRUPTED' })
  })
})

describe('a signal', () => {
  it('removes its torrent, whose state is saved', async () => {
    const sample = await makeSample(ONE)
    const { address } = await seedEngine(sample)
    const engine = await openEngine()
    const output = join(await temporaryFolder(), 'copy')
    const abort = new AbortController()
    const session = engine.download(sample.source, { output, peers: [address], signal: abort.signal })
    await eventOf(session, 'pieceVerified')
    const stopped = eventOf(session, 'stage', ({ stage }) => stage === 'stopped')
    abort.abort()
    await stopped
    await expect(session.done).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(engine.torrents).toEqual([])
    const again = engine.download(sample.source, { output, peers: [address] })
    await again.done
    expect(again.progress().downloaded).toBeLessThan(2_000_000)
  })

  it('that is aborted already lets nothing begin', async () => {
    const sample = await makeSample(ONE)
    const engine = await openEngine()
    const session = engine.seed(sample.source, { path: sample.path, signal: AbortSignal.abort() })
    await expect(session.done).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(engine.torrents).toEqual([])
    await expect(openEngine({ signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late')
  })

  it('closes its engine, which takes no torrents after that', async () => {
    const sample = await makeSample(ONE)
    const abort = new AbortController()
    const engine = await openEngine({ signal: abort.signal })
    const session = engine.seed(sample.source, { path: sample.path })
    await session.done
    const stopped = eventOf(session, 'stage', ({ stage }) => stage === 'stopped')
    abort.abort()
    await stopped
    await engine.close()
    expect(() => engine.seed(sample.source, { path: sample.path })).toThrow('the engine is closed')
  })
})

it('on() hears the events of one type, until it is taken off', async () => {
  const sample = await makeSample(ONE)
  const { address } = await seedEngine(sample)
  const session = (await openEngine()).download(sample.source, {
    output: join(await temporaryFolder(), 'copy'),
    peers: [address],
  })
  const pieces: number[] = []
  const off = session.on('pieceVerified', ({ piece }) => {
    pieces.push(piece)
    if (pieces.length === 3) off()
  })
  await session.done
  expect(pieces).toHaveLength(3)
})
