// Permission to write is taken away in the middle of a download, and given back: the same command then gets only the rest.
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeContent, PIECE } from './support/content.ts'
import { start, tempFolder, type RunningBt } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

const PIECES = 24
const ONE = { name: 'a.bin', files: PIECES * PIECE }
/** Each file is a piece, so that with more pieces more files are made. */
const MANY = {
  name: 'many',
  files: Object.fromEntries(Array.from({ length: PIECES }, (_, index) => [`sub/${index}.bin`, PIECE])),
}

/** @param folder below `out`; a file is in it: it is made read-only between two blocks */
async function download(parts: typeof ONE | typeof MANY, folder: string) {
  const content = makeContent(parts)
  const cwd = tempFolder()
  const path = join(cwd, 'out', folder)
  let taken = false
  const tamper = (block: Buffer): Buffer => {
    if (!taken && existsSync(path) && readdirSync(path).some(name => name.endsWith('.bin'))) {
      taken = true
      chmodSync(path, 0o555)
    }
    return block
  }
  const peer = await seedingPeer(content, { tamper })
  // Slow enough that pieces are still asked for after the first is stored.
  const args = ['download', content.torrent, '-o', 'out/', '--peer', peer.address, '--max-down', '256K']
  const run = (): RunningBt => start(args, { cwd, obedient: true })
  return { content, peer, path, run, taken: () => taken, giveBack: () => chmodSync(path, 0o755) }
}

test('bt download fails (8) where no more files may be made, and goes on with them once they may', async () => {
  const { content, peer, path, run, taken, giveBack } = await download(MANY, 'sub')
  const { code, stderr, stdout } = await run().ended
  expect(taken()).toBe(true)
  expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
  expect(stderr).toMatch(/^bt: not allowed to write ".*\d\.bin" \(EACCES\); change its permissions or choose/m)
  const there = readdirSync(path)
  expect(there.length).toBeLessThan(PIECES)
  for (const name of there) expect(readFileSync(join(path, name))).toEqual(content.files.get(`sub/${name}`))
  giveBack()
  peer.takeGiven()
  expect((await run().ended).code).toBe(0)
  expect(peer.takeGiven()).toHaveLength(PIECES - there.length)
  for (const [file, bytes] of content.files) expect(readFileSync(join(path, '..', file))).toEqual(bytes)
})

test('bt download into an open file finishes it, and fails (8) since it can not remove what is its own', async () => {
  const { content, peer, path, run, giveBack } = await download(ONE, '')
  const { code, stderr } = await run().ended
  expect(code).toBe(8)
  expect(stderr).toMatch(/^bt: not allowed to remove ".*\.bt-resume" \(EACCES\); change/m)
  expect(readFileSync(join(path, 'a.bin'))).toEqual(content.bytes)
  giveBack()
  peer.takeGiven()
  expect((await run().ended).code).toBe(0)
  expect(peer.takeGiven()).toEqual([])
  expect(readdirSync(path)).toEqual(['a.bin'])
})

test('bt download fails (8) onto a file that was made read-only, and goes on once it may be written', async () => {
  const content = makeContent(ONE)
  const cwd = tempFolder()
  const peer = await seedingPeer(content, { limit: 5 })
  const args = ['download', content.torrent, '--peer', peer.address, '--json']
  const run = (): RunningBt => start(args, { cwd, obedient: true })
  const first = run()
  await first.line(/"progress".*"piecesHave":5,/)
  first.signal('SIGKILL')
  await first.ended
  expect(peer.takeGiven()).toHaveLength(5)
  const file = join(cwd, 'a.bin')
  chmodSync(file, 0o444)
  peer.release()
  const { code, stderr } = await run().ended
  expect(code).toBe(8)
  expect(stderr).toMatch(/^bt: not allowed to write ".*a\.bin" \(EACCES\); change its permissions/m)
  chmodSync(file, 0o644)
  expect(peer.takeGiven()).toEqual([])
  expect((await run().ended).code).toBe(0)
  expect(readFileSync(file)).toEqual(content.bytes)
  expect(peer.takeGiven()).toHaveLength(PIECES - 5)
  expect(readdirSync(cwd)).toEqual(['a.bin'])
})
