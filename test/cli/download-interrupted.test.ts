import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { emptyContent, makeContent, PIECE, type TestContent } from './support/content.ts'
import { compact, fakeTracker, type FakeTracker } from './support/fake-tracker.ts'
import { bt, start, tempFolder, type RunningBt } from './support/run-bt.ts'
import { seedingPeer, type SeedingPeer } from './support/seeding-peer.ts'

const PIECES = 12
const GIVEN = 7

interface Halfway {
  readonly content: TestContent
  readonly peer: SeedingPeer
  readonly tracker: FakeTracker
  readonly cwd: string
  readonly args: readonly string[]
  readonly running: RunningBt
}

/** A download that has stored GIVEN pieces of PIECES and gets no more. */
async function halfway(): Promise<Halfway> {
  const files = PIECES * PIECE - 100
  const name = 'a.bin'
  const peer = await seedingPeer(makeContent({ name, files }), { limit: GIVEN })
  const tracker = await fakeTracker({ interval: 60, peers: compact(peer.address) })
  const content = makeContent({ name, files, trackers: [tracker.url] })
  const cwd = tempFolder()
  const args = ['download', content.torrent, '--json']
  const running = start(args, { cwd })
  await running.line(new RegExp(`"progress".*"piecesHave":${GIVEN},`))
  return { content, peer, tracker, cwd, args, running }
}

const resumeRecord = ({ cwd, content }: Halfway): string => join(cwd, `.${hex(content.info.infoHash)}.bt-resume`)

const heard = ({ tracker }: Halfway, event: string): number =>
  tracker.queries.filter(query => query.includes(`event=${event}`)).length

/** Runs the same command again with a peer that gives all. */
async function finish({ args, cwd, peer, content }: Halfway): Promise<void> {
  peer.release()
  expect((await bt(args, { cwd })).code).toBe(0)
  expect(content.bytes.equals(readFileSync(join(cwd, 'a.bin')))).toBe(true)
}

describe('bt download in the middle', () => {
  test('saves its state and leaves the tracker on Ctrl-C; the same command gets only the rest', async () => {
    const download = await halfway()
    const { code, stdout, stderr } = await download.running.interrupt()
    expect(code).toBe(130)
    expect(stdout).toMatch(/\n\{"error":\{"code":"INTERRUPTED".*\}\n$/)
    expect(stderr).toBe('interrupted with 112 KiB of 192 KiB: saving the state; the same command goes on from here\n')
    expect(heard(download, 'stopped')).toBe(1)
    expect(existsSync(resumeRecord(download))).toBe(true)
    await finish(download)
    // Over both runs every piece was given once.
    expect(download.peer.takeGiven()).toEqual(Array.from({ length: PIECES }, (_, i) => i))
    expect(heard(download, 'completed')).toBe(1)
    expect(readdirSync(download.cwd)).toEqual(['a.bin'])
  })

  test('ends in the same way when it is told to end', async () => {
    const download = await halfway()
    download.running.signal('SIGTERM')
    expect((await download.running.ended).code).toBe(130)
    expect(heard(download, 'stopped')).toBe(1)
    expect(existsSync(resumeRecord(download))).toBe(true)
  })

  test('trusts nothing after kill -9, and finishes with the right bytes', async () => {
    const download = await halfway()
    download.running.signal('SIGKILL')
    await download.running.ended
    expect(existsSync(resumeRecord(download))).toBe(false)
    await finish(download)
    expect(download.peer.takeGiven()).toHaveLength(PIECES)
    expect(readdirSync(download.cwd)).toEqual(['a.bin'])
  })

  test('takes the metadata of a magnet link from its record, with no peer that has it', async () => {
    const { content, tracker, cwd, running } = await halfway()
    await running.interrupt()
    const again = start(['download_magnet', content.magnet, '--json'], { cwd })
    expect(JSON.parse(await again.line(/"piecesHave"/))).toMatchObject({ name: 'a.bin', piecesHave: GIVEN })
    await again.line(/"peerConnected"/)
    await again.interrupt()
    // Where the first run left off is where the second starts.
    const left = tracker.queries.map(query => new URLSearchParams(query).get('left'))
    expect(left[2]).toBe(left[1])
  })

  test('says on Ctrl-C while it checks what is there that this stays', async () => {
    const { torrent, output } = emptyContent()
    const running = start(['download', torrent, '--force', '--json', '-o', output])
    await running.line(/"stage":"checking"/)
    const { code, stderr } = await running.interrupt()
    const stays = 'before anything was downloaded; what was there already stays, and the same command goes on from it'
    expect({ code, stderr }).toEqual({ code: 130, stderr: `interrupted ${stays}\n` })
    expect(statSync(join(output, 'a')).size).toBe(2 ** 38)
  })

  test('ends at once on a second Ctrl-C, though the tracker does not answer the first', async () => {
    const content = makeContent({ name: 'a.bin', files: PIECE })
    const peer = await seedingPeer(content, { limit: 0 })
    const tracker = await fakeTracker({ interval: 60, peers: compact(peer.address) }, { deafTo: 'stopped' })
    const args = ['download', content.torrent, '--tracker', tracker.url, '--json']
    const running = start(args, { cwd: tempFolder() })
    await peer.exhausted()
    running.signal('SIGINT')
    await tracker.heard('stopped')
    const { stdout, code } = await running.interrupt()
    expect(code).toBe(130)
    // What a command that ends in its own time says last.
    expect(stdout).not.toContain('INTERRUPTED')
  })
})

test('a second bt download onto the same output is refused and told who is there', async () => {
  const { content, cwd, running, args, peer } = await halfway()
  const second = await bt(['download', content.torrent, '--peer', peer.address], { cwd })
  expect(second).toMatchObject({ stdout: '', code: 8 })
  expect(second.stderr).toContain(`process ${running.pid} is writing to this output already`)
  await running.interrupt()
  peer.release()
  expect((await bt(args, { cwd })).code).toBe(0)
})
