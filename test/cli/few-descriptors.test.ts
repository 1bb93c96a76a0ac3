// bt where the system gives a process few descriptors (`ulimit -n`): it makes do with them.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeContent, PIECE } from './support/content.ts'
import { bt, start, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

const DESCRIPTORS = 96

/** Each file is a piece, so that none of them comes with others. */
const FILES = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`${index}.bin`, PIECE]))

test.skipIf(process.platform === 'win32')('bt download writes more files than it may have open', async () => {
  const content = makeContent({ name: 'many', files: FILES })
  const peer = await seedingPeer(content)
  const cwd = tempFolder()
  const { code, stderr } = await bt(['download', content.torrent, '--peer', peer.address], {
    cwd,
    descriptors: DESCRIPTORS,
  })
  expect(code, stderr).toBe(0)
  for (const [path, bytes] of content.files) expect(readFileSync(join(cwd, 'many', path)).equals(bytes)).toBe(true)
})

test.skipIf(process.platform !== 'linux')('bt seed outlasts more connections than it has descriptors for', async () => {
  const content = makeContent({ name: 'a.bin', files: 4 * PIECE })
  const folder = tempFolder()
  content.writeInto(folder)
  const seed = start(['seed', content.torrent, folder, '--host', '127.0.0.1', '--port', '0', '--json'], {
    descriptors: DESCRIPTORS,
  })
  const { port } = JSON.parse(await seed.line(/"listening"/)) as { port: number }
  const sockets: Socket[] = []
  onTestFinished(() => sockets.forEach(socket => void socket.destroy()))
  for (let count = 0; count < 2 * DESCRIPTORS; count++) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined)
    sockets.push(socket)
  }
  // The last ones find no place, and are told so at once.
  const last = sockets.at(-1)
  if (last !== undefined && !last.closed) await once(last.resume(), 'close')
  for (const socket of sockets) socket.destroy()
  const cwd = tempFolder()
  expect((await bt(['download', content.torrent, '--peer', `127.0.0.1:${port}`], { cwd })).code).toBe(0)
  expect(readFileSync(join(cwd, 'a.bin')).equals(content.bytes)).toBe(true)
  expect((await seed.interrupt()).code).toBe(130)
})

test.skipIf(process.platform !== 'linux')('where there are too few to load it, bt says so in a line', async () => {
  for (const descriptors of [24, 32, 40, 48]) {
    const { code, stderr, stdout } = await bt(['decode', '5:hello'], { descriptors })
    if (code === 0) expect(stdout).toBe('"hello"\n')
    else
      expect([code, stderr]).toEqual([
        8,
        expect.stringMatching(/^bt: too many files are open \(EMFILE\).* ulimit -n\n$/),
      ])
  }
})
