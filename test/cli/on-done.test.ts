import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { makeContent, PIECE } from './support/content.ts'
import { bt, start, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

/** A name that would be a command, were it part of what the shell reads. */
const EVIL = '$(touch evil);`touch evil` "é.bin'
const PRINT = 'printf "%s|" "$BT_NAME" "$BT_PATH" "$BT_INFO_HASH" "$BT_LENGTH" "$BT_FILES" > told'

describe('bt download --on-done', () => {
  test('runs the command when all is there, with what it needs in the environment and never on its line', async () => {
    const content = makeContent({ name: 'album', files: { [EVIL]: PIECE, 'sub/y.bin': 10 } })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    const args = ['download', content.torrent, '--peer', peer.address, '-o', EVIL, '--on-done', PRINT]
    const { stdout, code } = await bt(args, { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 0 })
    const told = readFileSync(join(cwd, 'told'), 'utf8').split('|')
    expect(told.slice(0, 5)).toEqual(['album', join(cwd, EVIL), hex(content.info.infoHash), String(PIECE + 10), '2'])
    expect(existsSync(join(cwd, 'evil'))).toBe(false)
  })

  test.each([
    ['metacharacters', '$(touch evil);`touch evil`&touch evil;"\'*é'],
    ['a leading dash', '-rf'],
    ['line breaks', 'a\ntouch evil\r'],
    ['another reading direction', 'a\u202Etxt.exe'],
    ['variables', '${BT_PATH}$HOME%PATH%'],
  ])('hands over a torrent whose name has %s as text on one line, and a path that is absolute', async (_, name) => {
    const content = makeContent({ name, files: PIECE })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    const args = ['download', content.torrent, '--peer', peer.address, '--on-done', PRINT]
    expect((await bt(args, { cwd })).code).toBe(0)
    const [safe = '', path = ''] = readFileSync(join(cwd, 'told'), 'utf8').split('|')
    expect(safe).not.toMatch(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u)
    expect(path).toBe(join(cwd, safe))
    expect(existsSync(path)).toBe(true)
    expect(existsSync(join(cwd, 'evil'))).toBe(false)
  })

  test('runs it with a magnet link too, after which the files may be moved', async () => {
    const content = makeContent({ name: 'a.bin', files: PIECE + 1 })
    const peer = await seedingPeer(content, { withMetadata: true })
    const cwd = tempFolder()
    const args = ['download_magnet', content.magnet, '--peer', peer.address, '--on-done', 'mv "$BT_PATH" moved.bin']
    expect((await bt(args, { cwd })).code).toBe(0)
    expect(content.bytes.equals(readFileSync(join(cwd, 'moved.bin')))).toBe(true)
  })

  test('tells how the command ended, and fails with it (1)', async () => {
    const content = makeContent({ name: 'a.bin', files: PIECE })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    const args = ['download', content.torrent, '--peer', peer.address, '--on-done', 'echo said; exit 3']
    const { stdout, stderr, code } = await bt(args, { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
    expect(stderr).toMatch(
      /\nsaid\nbt: the --on-done command ended with exit code 3; the download itself is complete\n$/,
    )

    const again = await bt([...args, '--json'], { cwd })
    const lines = again.stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    expect(lines.slice(-2)).toEqual([
      { event: 'onDone', status: 3 },
      { error: { code: 'COMMAND_FAILED', message: expect.any(String) as string, exitCode: 1, status: 3 } },
    ])
    const killed = await bt([...args.slice(0, -1), 'kill -9 $$'], { cwd })
    expect(killed.stderr).toContain('exit code 137')
  })

  test('runs it while it goes on seeding, says at once that it failed, and fails with it in the end (1)', async () => {
    const content = makeContent({ name: 'a.bin', files: PIECE })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    const running = start(
      ['download', content.torrent, '--peer', peer.address, '--seed-time', '1s', '--on-done', 'exit 4'],
      {
        cwd,
      },
    )
    await running.note(/^warning: the --on-done command ended with exit code 4$/)
    expect((await running.ended).code).toBe(1)
  })

  test('does not run it where the download failed', async () => {
    const content = makeContent({ name: 'a.bin', files: PIECE })
    const cwd = tempFolder()
    const outcome = await bt(['download', content.torrent, '--on-done', 'touch ran'], { cwd })
    expect(outcome.code).toBe(5)
    expect(existsSync(join(cwd, 'ran'))).toBe(false)
  })

  test('ends the command when it is interrupted', async () => {
    const content = makeContent({ name: 'a.bin', files: PIECE })
    const peer = await seedingPeer(content)
    const hook = 'echo begun; exec sleep 100'
    const running = start(['download', content.torrent, '--peer', peer.address, '--on-done', hook], {
      cwd: tempFolder(),
    })
    await running.note(/^begun$/)
    expect((await running.interrupt()).code).toBe(130)
  })
})
