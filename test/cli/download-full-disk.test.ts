// A disk that is full, as a small file system of the test's own: `bt download` waits there instead of failing.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, type TestContext } from 'vitest'
import { mountTmpfs } from '../storage/tmpfs.ts'
import { makeContent, PIECE } from './support/content.ts'
import { bt, start } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

const PIECES = 8

/** A file system with room for some of the pieces only, until its ballast is gone. */
async function crowded(context: TestContext, flags: readonly string[] = []) {
  const folder = await mountTmpfs('size=256k')
  if (folder === undefined) context.skip('no small file system can be mounted here')
  const content = makeContent({ name: 'a.bin', files: PIECES * PIECE })
  const peer = await seedingPeer(content)
  const ballast = join(folder, 'ballast')
  writeFileSync(ballast, Buffer.alloc(160 * 1024))
  const args = ['download', content.torrent, '--peer', peer.address, '-o', `${folder}/`, ...flags]
  return { folder, content, peer, args, makeRoom: () => rmSync(ballast) }
}

describe('bt download onto a full disk', () => {
  test('says what is missing, waits, and goes on by itself when there is room', async context => {
    const disk = await crowded(context)
    const running = start(disk.args)
    expect(await running.note(/^paused/)).toMatch(
      /^paused: no room to write ".*a\.bin", \d.* (KiB|B) more are needed; bt goes on as soon as there is room$/,
    )
    disk.makeRoom()
    await running.note(/^there is room on the disk again/)
    expect(await running.ended).toMatchObject({ code: 0, stdout: '' })
    expect(disk.content.bytes.equals(readFileSync(join(disk.folder, 'a.bin')))).toBe(true)
    // Nothing was fetched twice for it.
    expect(disk.peer.takeGiven()).toHaveLength(PIECES)
  })
  test('saves its state on Ctrl-C (130), and the same command gets only the rest', async context => {
    const disk = await crowded(context, ['--json'])
    const running = start(disk.args)
    const told = JSON.parse(await running.line(/"diskFull"/)) as { path: string; missing: number }
    expect(told).toMatchObject({ path: expect.stringMatching(/a\.bin$/), missing: expect.any(Number) })
    const { code, stderr } = await running.interrupt()
    expect(code).toBe(130)
    expect(stderr).not.toContain('warning')
    const before = disk.peer.takeGiven().length
    expect(readdirSync(disk.folder).filter(name => name.endsWith('.bt-resume'))).toHaveLength(1)
    disk.makeRoom()
    const again = await bt(disk.args)
    expect(again.code).toBe(0)
    expect(disk.peer.takeGiven().length).toBeLessThan(PIECES)
    expect(before).toBeGreaterThan(0)
    expect(readdirSync(disk.folder)).toEqual(['a.bin'])
  })

  test('gives up after --stall-timeout with what the disk says (8)', async context => {
    const disk = await crowded(context, ['--stall-timeout', '1'])
    const { code, stderr, stdout } = await bt(disk.args)
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
    expect(stderr).toMatch(/^bt: no room to write ".*a\.bin"; free some and run the same command again$/m)
  })
})

test('bt download --prealloc knows before it begins that there is not enough room (8)', async context => {
  const disk = await crowded(context, ['--prealloc'])
  const { code, stderr, stdout } = await bt(disk.args)
  expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
  expect(stderr).toMatch(/^bt: no room for "a\.bin": 131072 bytes are needed and \d+ are free; /m)
  expect(disk.peer.takeGiven()).toEqual([])
  expect(readdirSync(disk.folder)).toEqual(['ballast'])
  disk.makeRoom()
  expect((await bt(disk.args)).code).toBe(0)
  expect(disk.content.bytes.equals(readFileSync(join(disk.folder, 'a.bin')))).toBe(true)
})
