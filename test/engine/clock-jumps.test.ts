// The time of day is set forward and back while things go on: every interval is measured by a clock that only goes on.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import {
  countOf,
  eventOf,
  eventsOf,
  makeSample,
  openEngine,
  seedEngine,
  temporaryFolder,
  type Sample,
} from './support/content.ts'
import { FakeTracker, registryOf, TRACKER_URL } from './support/plugins.ts'

const FILES = { 'a.bin': 600_000 }
/** Fast enough for a test; the limit's bucket is refilled by the clock. */
const RATE = 500_000
const [PAST, FUTURE] = [new Date(1980, 0), new Date(2099, 0)]

/** From the first call on each sets the time of day to where it was not. */
function jumper(): () => void {
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  let jumps = 0
  return () => vi.setSystemTime(jumps++ % 2 === 0 ? FUTURE : PAST)
}

async function leech(sample: Sample, output: string, tracker: FakeTracker) {
  const engine = await openEngine({ registry: registryOf({ trackers: [tracker] }) })
  const { address } = await seedEngine(sample)
  const source = { ...sample.source, tiers: [[TRACKER_URL]] }
  const session = engine.download(source, { output, peers: [address], maxDown: RATE })
  return { session, events: eventsOf(session) }
}

it('a download keeps its rate, its peer and its announces whatever the time of day does', async () => {
  const jump = jumper()
  const [sample, tracker] = [await makeSample(FILES), new FakeTracker()]
  const output = join(await temporaryFolder(), 'copy')
  const began = performance.now()
  const { session, events } = await leech(sample, output, tracker)
  session.on('pieceVerified', jump)
  await session.done
  // A burst of a quarter of a second may go at once.
  expect(performance.now() - began).toBeGreaterThan(600)
  expect(await readFile(join(output, 'a.bin'))).toEqual(Buffer.from(bytesOf(sample)))
  expect(countOf(events, 'peerConnected')).toBe(1)
  expect(events.filter(({ type }) => type === 'warning' || type === 'announceFailed')).toEqual([])
  await session.stop()
  expect(tracker.events()).toEqual(['started', 'completed', 'stopped'])
})

it('a resume record counts though it was written in what is the future now', async () => {
  const jump = jumper()
  const [sample, tracker] = [await makeSample(FILES), new FakeTracker()]
  const output = join(await temporaryFolder(), 'copy')
  const first = await leech(sample, output, tracker)
  await eventOf(first.session, 'pieceVerified', () => (first.session.have?.count ?? 0) > 4)
  jump()
  await first.session.stop()
  await first.session.done.catch(() => undefined)
  const stored = first.session.have?.count ?? 0
  jump()
  const { session, events } = await leech(sample, output, tracker)
  await session.done
  expect(countOf(events, 'checked')).toBe(0)
  expect(countOf(events, 'pieceVerified')).toBe((session.info?.pieceCount ?? 0) - stored)
  expect(await readFile(join(output, 'a.bin'))).toEqual(Buffer.from(bytesOf(sample)))
})

function bytesOf({ files }: Sample): Uint8Array {
  return files['a.bin'] ?? new Uint8Array()
}
