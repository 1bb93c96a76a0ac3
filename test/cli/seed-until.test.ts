// Seeding that ends by itself: `bt seed` and `bt download` with --ratio, --seed-time and --idle-time.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { makeContent, PIECE, type TestContent } from './support/content.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, start, tempFolder, type RunningBt } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'
import { startSeed } from './support/services.ts'

const PARTS = { name: 'a.bin', files: 4 * PIECE + 5 }

async function take(content: TestContent, address: string): Promise<number | null> {
  const { code } = await bt(['download', content.torrent, '--peer', address], { cwd: tempFolder() })
  return code
}

describe('bt seed', () => {
  test('ends with 0 at its ratio, and the tracker hears that it stopped', async () => {
    const tracker = await fakeTracker({ interval: 60, peers: compact() })
    const content = makeContent({ ...PARTS, trackers: [tracker.url] })
    const { seed, address } = await startSeed([content.torrent, content.writeInto(tempFolder()), '--ratio', '1'])
    expect(await take(content, address)).toBe(0)
    const { stdout, stderr, code } = await seed.ended
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/^Seeded a\.bin: ratio 1\.00, 64\.0 KiB uploaded; that was the goal$/m)
    expect(tracker.queries.some(query => /event=stopped/.test(query) && /uploaded=65541/.test(query))).toBe(true)
  })

  test('ends when each of several torrents has, and tells of each with --json', async () => {
    const folder = tempFolder()
    const [one, two] = [makeContent(PARTS), makeContent({ name: 'two', files: { 'x.bin': 40_000 } })]
    for (const content of [one, two]) content.writeInto(folder)
    const args = [
      'seed',
      one.torrent,
      two.torrent,
      '--path',
      folder,
      '--idle-time',
      '0.5s',
      '--seed-time',
      '1h',
      '--json',
    ]
    const { stdout, code } = await bt(args)
    expect(code).toBe(0)
    const events = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    const ended = events.filter(({ event }) => event === 'seeded')
    expect(ended.map(({ name, goal }) => `${String(name)} ${String(goal)}`).sort()).toEqual([
      'a.bin idleTime',
      'two idleTime',
    ])
  })

  test('fails in the end with what one of several failed with, and serves the others before', async () => {
    const folder = tempFolder()
    const [one, gone] = [makeContent(PARTS), makeContent({ name: 'gone.bin', files: 5 })]
    one.writeInto(folder)
    const outcome = await bt(['seed', one.torrent, gone.torrent, '--path', folder, '--seed-time', '0'])
    expect(outcome.code).toBe(8)
    expect(outcome.stdout).toContain('Seeded a.bin: ')
    expect(outcome.stderr).toMatch(/^warning: nothing of "gone\.bin" is in /)
  })

  test.each([
    ['--ratio', '0'],
    ['--ratio', 'half'],
    ['--seed-time', 'soon'],
    ['--idle-time', '5y'],
  ])('takes no %s of %s (2)', async (flag, value) => {
    const outcome = await bt(['seed', makeContent(PARTS).torrent, flag, value])
    expect(outcome).toMatchObject({ stdout: '', code: 2 })
    expect(outcome.stderr).toContain(`"${value}" is not a `)
  })
})

interface Seeding {
  readonly content: TestContent
  readonly cwd: string
  readonly args: readonly string[]
  readonly running: RunningBt
  /** Where it listens. */
  readonly address: string
}

/** A download that is complete and goes on seeding. */
async function seedingDownload(flags: readonly string[], port: string): Promise<Seeding> {
  const content = makeContent(PARTS)
  const peer = await seedingPeer(content)
  const cwd = tempFolder()
  const args = ['download', content.torrent, '--peer', peer.address, '--port', port, ...flags]
  const running = start(args, { cwd })
  await running.note(/^seeding /)
  return { content, cwd, args, running, address: `127.0.0.1:${port}` }
}

describe('bt download that goes on seeding', () => {
  test('until it is interrupted ends with 0: that is how it is meant to end', async () => {
    const { running, cwd } = await seedingDownload(['--seed'], '0')
    const { stdout, stderr, code } = await running.interrupt()
    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
    expect(stderr.split('\n').slice(-3, -1)).toEqual([
      'seeding until interrupted',
      'interrupted: the download is complete; leaving the trackers',
    ])
    expect(readdirSync(cwd)).toEqual(['a.bin'])
  })

  test('ends by itself when its time is over', async () => {
    const { running, cwd } = await seedingDownload(['--seed-time', '0.2s'], '0')
    const { stderr, code } = await running.ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/^Seeded a\.bin: ratio 0\.00, 0 B uploaded; its time is over$/m)
    expect(readdirSync(cwd)).toEqual(['a.bin'])
  })

  test('to a ratio is interrupted with 130 before, and the same command goes on from there', async () => {
    const content = makeContent(PARTS)
    const peer = await seedingPeer(content)
    const tracker = await fakeTracker({ interval: 60, peers: compact() })
    const cwd = tempFolder()
    const args = [
      'download',
      content.torrent,
      '--peer',
      peer.address,
      '--tracker',
      tracker.url,
      '--ratio',
      '2',
      '--json',
    ]
    const record = join(cwd, `.${hex(content.info.infoHash)}.bt-resume`)

    const first = start(args, { cwd })
    await first.line(/"done"/)
    await tracker.heard('started')
    expect(await take(content, portOf(tracker.queries.at(-1)))).toBe(0)
    await first.line(/"stage":"seeding".*"ratio":1[,}]/)
    const interrupted = await first.interrupt()
    expect(interrupted.code).toBe(130)
    expect(interrupted.stderr).toMatch(
      /interrupted: the download is complete; the same command goes on seeding from here\n$/,
    )
    expect(existsSync(record)).toBe(true)

    const second = start(args, { cwd })
    await second.line(/"done".*"ratio":1[,}]/)
    await expect.poll(() => started(tracker.queries)).toBe(2)
    expect(await take(content, portOf(tracker.queries.filter(query => query.includes('started')).at(-1)))).toBe(0)
    const ended = await second.ended
    expect(ended.code).toBe(0)
    expect(ended.stdout).toMatch(/\{"event":"seeded","goal":"ratio",.*"ratio":2\}\n$/)
    expect(readdirSync(cwd)).toEqual(['a.bin'])
  })
})

const started = (queries: readonly string[]): number => queries.filter(query => query.includes('event=started')).length

/** Where who announced this listens. */
function portOf(query: string | undefined): string {
  return `127.0.0.1:${new URLSearchParams(query).get('port') ?? ''}`
}
