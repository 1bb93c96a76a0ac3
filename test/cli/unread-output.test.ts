// A seed started by something that does not read its log, which a peer fills.
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants, openSync } from 'node:fs'
import { connect, Socket } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { infoHash } from '../../src/lib/base/ids.ts'
import { handshake, message } from '../wire/support.ts'
import { makeContent, PIECE } from './support/content.ts'
import { ROOT } from './support/packed.ts'
import { start, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

/** An extension handshake of which a line of the log is as long; no pipe holds as much. */
const LONG = 400_000

async function unreadSeed(...more: readonly string[]) {
  const content = makeContent({ name: 'a.bin', files: 1000 })
  const folder = tempFolder()
  content.writeInto(folder)
  const words = ['seed', content.torrent, folder, '--host', '127.0.0.1', '--port', '0', '--log-level', 'trace']
  const env = { PATH: process.env['PATH'], HOME: folder }
  const child = spawn(process.execPath, [join(ROOT, 'bin/run.js'), ...words, ...more], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const port = await vi.waitUntil(() => /127\.0\.0\.1:(\d+)\n/.exec(said)?.[1], { timeout: 10_000 })
  const peer = connect(Number(port), '127.0.0.1')
  onTestFinished(() => void peer.destroy())
  peer.write(handshake(infoHash(content.info.infoHash)))
  return { child, peer }
}

/** A named pipe that is open for reading, and that nobody reads. */
function unreadPipe() {
  const pipe = join(tempFolder(), 'pipe')
  execFileSync('mkfifo', [pipe])
  const reader = new Socket({ fd: openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK), readable: false })
  onTestFinished(() => void reader.destroy())
  return { pipe, leave: () => reader.destroy() }
}

/** All of it is logged once this settles. */
async function fillLog(peer: Socket, long: number, short: number): Promise<void> {
  for (let n = 0; n < long; n++) peer.write(message(20, 0, `d1:x${LONG}:${'x'.repeat(LONG)}e`))
  for (let n = 0; n < short; n++) peer.write(message(3))
  peer.write(message(2))
  let heard = ''
  peer.on('data', chunk => (heard += chunk.toString('hex')))
  await expect.poll(() => heard, { timeout: 10_000 }).toContain(Buffer.from(message(1)).toString('hex'))
}

test('one Ctrl-C ends a seed whose log nobody reads', async () => {
  const { child, peer } = await unreadSeed()
  await fillLog(peer, 2, 0)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([130, null])
})

describe.skipIf(process.platform === 'win32')('where --log-file is a named pipe that nobody reads', () => {
  test('one Ctrl-C ends a seed whose log goes to a named pipe that nobody reads', async () => {
    const { child, peer } = await unreadSeed('--log-file', unreadPipe().pipe)
    await fillLog(peer, 2, 0)
    child.kill('SIGINT')
    expect(await once(child, 'exit')).toEqual([130, null])
  })

  test('a download is finished, and who reads the log then gets all of it', async () => {
    const pieces = 400
    const content = makeContent({ name: 'a.bin', files: pieces * PIECE })
    const { address } = await seedingPeer(content)
    const { pipe } = unreadPipe()
    const words = ['download', content.torrent, '-o', join(tempFolder(), 'a.bin'), '--peer', address, '--json']
    const download = start([...words, '--log-level', 'trace', '--log-format', 'json', '--log-file', pipe])
    await download.line(/"event":"done"/)
    const { stdout: log } = await promisify(execFile)('cat', [pipe], { timeout: 10_000, maxBuffer: 100_000_000 })
    expect(await download.ended).toMatchObject({ code: 0, stderr: '' })
    const lines = log.trimEnd().split('\n')
    const heard = lines.map(line => JSON.parse(line) as Readonly<Record<string, unknown>>)
    const blocks = heard.filter(({ direction, message }) => direction === 'in' && message === 'piece')
    expect(new Set(blocks.map(({ piece }) => piece)).size).toBe(pieces)
    expect(heard.find(({ event }) => event === 'leftOut')).toBeUndefined()
  })

  test('the log ends where who had it open leaves, and the seed goes on', async () => {
    const { pipe, leave } = unreadPipe()
    const { child, peer } = await unreadSeed('--log-file', pipe)
    let warned = ''
    child.stderr.on('data', (chunk: Buffer) => (warned += chunk.toString()))
    leave()
    await fillLog(peer, 2, 0)
    await expect.poll(() => warned, { timeout: 10_000 }).toMatch(/^warning: the log ends here: .*EPIPE.*\n$/)
  })
})

test('what nobody reads is left out, and who reads again is told how much', async () => {
  const { child, peer } = await unreadSeed()
  await fillLog(peer, 15, 100)
  let text = ''
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  await expect
    .poll(() => text, { timeout: 10_000 })
    .toMatch(/ WARN {2}leftOut \d+ lines were left out, as nobody read them lines=\d{3}\n/)
  expect(text).not.toContain('notInterested')
})
