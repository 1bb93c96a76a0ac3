// A seed started by something that does not read its log, which a peer fills.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { infoHash } from '../../src/lib/base/ids.ts'
import { handshake, message } from '../wire/support.ts'
import { makeContent } from './support/content.ts'
import { ROOT } from './support/packed.ts'
import { tempFolder } from './support/run-bt.ts'

/** An extension handshake of which a line of the log is as long; no pipe holds as much. */
const LONG = 400_000

async function unreadSeed() {
  const content = makeContent({ name: 'a.bin', files: 1000 })
  const folder = tempFolder()
  content.writeInto(folder)
  const words = ['seed', content.torrent, folder, '--host', '127.0.0.1', '--port', '0', '--log-level', 'trace']
  const env = { PATH: process.env['PATH'], HOME: folder }
  const child = spawn(process.execPath, [join(ROOT, 'bin/run.js'), ...words], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const port = await vi.waitUntil(() => /127\.0\.0\.1:(\d+)\n/.exec(said)?.[1], { timeout: 10_000 })
  const peer = connect(Number(port), '127.0.0.1')
  onTestFinished(() => void peer.destroy())
  peer.write(handshake(infoHash(content.info.infoHash)))
  return { child, peer }
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
