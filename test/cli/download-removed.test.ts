// What is downloaded to is taken away in the middle: no download is done that left nothing.
import { existsSync, renameSync, rmSync } from 'node:fs'
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
])('bt download fails (8) where %s while it is open', async (_, act, message) => {
  const content = makeContent({ name: 'a.bin', files: PIECES * PIECE })
  const cwd = tempFolder()
  const out = join(cwd, 'out')
  let acted = false
  const peer = await seedingPeer(content, {
    // With each block, until the first piece is stored.
    tamper: block => {
      if (!acted && existsSync(join(out, 'a.bin'))) {
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
