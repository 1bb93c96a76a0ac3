// What is downloaded to is taken away or changed in the middle: no download is done that left nothing, or anything else.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeContent, PIECE } from './support/content.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

const PIECES = 24

test.each([
  [
    'the file is removed',
    (out: string) => rmSync(join(out, 'a.bin')),
    /^bt: can not write ".*a\.bin": it was removed meanwhile/m,
  ],
  [
    'the folder is removed',
    (out: string) => rmSync(out, { recursive: true }),
    /^bt: can not write ".*a\.bin": it was removed/m,
  ],
  [
    'the folder is moved away',
    (out: string) => renameSync(out, `${out}-2`),
    /^bt: ".*a\.bin" was moved, removed or cut/m,
  ],
  [
    'another folder is led to in its place',
    (out: string) => {
      renameSync(out, `${out}-2`)
      mkdirSync(`${out}-3`)
      symlinkSync('out-3', out)
    },
    /^bt: ".*out" leads to ".*out-3" by now, and to ".*out" when the download began; put it back/m,
  ],
])('bt download fails (8) where %s while it is open', async (_, act, message) => {
  const content = makeContent({ name: 'a.bin', files: PIECES * PIECE })
  const cwd = tempFolder()
  const out = join(cwd, 'out')
  let acted = false
  const peer = await seedingPeer(content, {
    // With each block, until the file is open: not while it is being made, which fails in another way.
    tamper: block => {
      if (!acted && (statSync(join(out, 'a.bin'), { throwIfNoEntry: false })?.size ?? 0) > 0) {
        acted = true
        act(out)
      }
      return block
    },
  })
  // Slow enough that pieces are still asked for after the first is stored.
  const args = ['download', content.torrent, '-o', 'out/', '--peer', peer.address, '--max-down', '256K']
  const { code, stderr } = await bt(args, { cwd })
  expect(acted).toBe(true)
  expect(stderr).toMatch(message)
  expect(stderr).not.toMatch(/^done/m)
  expect(code).toBe(8)
})

test('bt download fails (7) where another program changed what was right already, and the same command mends it', async () => {
  const content = makeContent({ name: 'a.bin', files: PIECES * PIECE })
  const cwd = tempFolder()
  const file = join(cwd, 'a.bin')
  let before: number | undefined
  let acted = false
  const peer = await seedingPeer(content, {
    tamper: block => {
      if (!existsSync(file)) return block
      // A second write: the first piece is on the disk.
      const { mtimeMs } = statSync(file)
      before ??= mtimeMs
      if (!acted && mtimeMs !== before) {
        acted = true
        // As long as it was: one that is cut is another failure.
        writeFileSync(file, Buffer.alloc(PIECES * PIECE), { flag: 'r+' })
      }
      return block
    },
  })
  const args = ['download', content.torrent, '-o', 'a.bin', '--peer', peer.address, '--max-down', '256K']
  const { code, stderr } = await bt(args, { cwd })
  expect(acted).toBe(true)
  expect(stderr).toMatch(/^bt: ".*a\.bin" was changed by another program; the same command gets what is wrong of it$/m)
  expect(stderr).not.toMatch(/^done/m)
  expect(code).toBe(7)
  expect((await bt(args.slice(0, -2), { cwd })).code).toBe(0)
  expect(readFileSync(file).equals(Buffer.from(content.bytes))).toBe(true)
})
