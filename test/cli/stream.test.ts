import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeContent, PIECE } from './support/content.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
const FILES = { 'a.bin': 3 * PIECE, 'b.bin': 5 * PIECE + 100 }

/** The bytes that a program after `bt … |` gets, and what bt said and returned. `script` reads stdin. */
async function piped(
  args: readonly string[],
  script: string,
  to?: string,
): Promise<{ read: Buffer; stderr: string; code: string }> {
  const words = [process.execPath, RUN, ...args].map(word => `'${word}'`).join(' ')
  const home = tempFolder()
  const child = spawn(
    'bash',
    ['-c', `${words} ${to === undefined ? '' : `> ${to}`} | (${script}); echo "exit \${PIPESTATUS[0]}" >&2`],
    {
      cwd: home,
      env: { PATH: process.env['PATH'], HOME: home, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const out: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  await once(child, 'close')
  expect(readdirSync(home)).toEqual([])
  return { read: Buffer.concat(out), stderr, code: /exit (\d+)/.exec(stderr)?.[1] ?? '' }
}

describe('bt download --stdout', () => {
  test.each([
    ['by .torrent', 'download', []],
    ['by magnet link', 'download_magnet', []],
    ['with progress as JSON', 'download', ['--json']],
  ] as const)('writes one file and nothing else, %s', async (_, command, more) => {
    const content = makeContent({ name: 'album', files: FILES })
    const peer = await seedingPeer(content, { withMetadata: true })
    const what = command === 'download' ? content.torrent : content.magnet
    const args = [command, '--stdout', what, '--select', 'b.*', '--peer', peer.address, ...more]
    const { read, stderr, code } = await piped(args, 'cat')
    expect({ stderr, code }).toMatchObject({ code: '0' })
    expect(content.files.get('b.bin')?.equals(read)).toBe(true)
    expect(stderr).toMatch(more.length > 0 ? /^\{"event":"done"/m : /^done: /m)
  })

  test('stores the file where -o says so, and goes on from what is there', async () => {
    const content = makeContent({ name: 'a.bin', files: 6 * PIECE })
    const peer = await seedingPeer(content)
    const out = join(tempFolder(), 'out.bin')
    const args = ['download', '--stdout', '-o', out, content.torrent, '--peer', peer.address]
    expect(content.bytes.equals((await piped(args, 'cat')).read)).toBe(true)
    expect(content.bytes.equals(readFileSync(out))).toBe(true)
    const again = await piped(args, 'cat')
    expect(content.bytes.equals(again.read)).toBe(true)
    expect(again.stderr).toContain('were there already')
  })

  test('ends in peace when its reader has enough', async () => {
    const content = makeContent({ name: 'a.bin', files: 100 * PIECE })
    const peer = await seedingPeer(content, { limit: 90 })
    // Nothing more comes after 90 pieces: only what is written to who left can end it, for a pipe holds 64 KiB.
    const args = ['download', '--stdout', content.torrent, '--peer', peer.address]
    const { read, stderr, code } = await piped(args, 'head -c 10')
    expect(code).toBe('0')
    expect(read.equals(content.bytes.subarray(0, 10))).toBe(true)
    expect(stderr).toContain('whoever read stdout has left: stopped')
  })

  test('writes nothing of a piece that does not match, and says on stderr what went wrong, as JSON too', async () => {
    const content = makeContent({ name: 'a.bin', files: 2 * PIECE })
    const peer = await seedingPeer(content, { tamper: block => block.fill(0) })
    const args = ['download', '--stdout', '--json', content.torrent, '--peer', peer.address]
    const { read, stderr, code } = await piped(args, 'cat')
    expect({ length: read.length, code }).toEqual({ length: 0, code: '5' })
    expect(stderr).toMatch(/^\{"error":\{"code":"NO_PEERS"/m)
  })

  test('is what -o - means, too', async () => {
    const content = makeContent({ name: 'a.bin', files: 2 * PIECE })
    const peer = await seedingPeer(content)
    const { read, code } = await piped(['download', '-o', '-', content.torrent, '--peer', peer.address], 'cat')
    expect(code).toBe('0')
    expect(content.bytes.equals(read)).toBe(true)
  })

  test('says that there is no room where stdout is a file on a full disk', async () => {
    const content = makeContent({ name: 'a.bin', files: 2 * PIECE })
    const peer = await seedingPeer(content)
    // In place of a pipe: what a shell redirects to.
    const { stderr, code } = await piped(
      ['download', '--stdout', content.torrent, '--peer', peer.address],
      'cat',
      '/dev/full',
    )
    expect(code).toBe('8')
    expect(stderr).toMatch(/^bt: no room for the output/m)
  })

  test.each(['--seed', '--prealloc', '--on-done=true'])(
    'refuses %s, which needs files that are not kept',
    async flag => {
      const content = makeContent({ name: 'a.bin', files: PIECE })
      const { stdout, stderr, code } = await bt(['download', '--stdout', content.torrent, flag])
      expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
      expect(stderr).toContain('nothing is stored')
    },
  )

  test('refuses more than one file, which is wrong usage', async () => {
    const content = makeContent({ name: 'album', files: FILES })
    const { stdout, stderr, code } = await bt(['download', '--stdout', content.torrent])
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toMatch(/^bt: one file can be streamed, and 2 of "album" are selected; choose it by --select$/m)
  })

  test('does not take a slow reader for a stall', async () => {
    const content = makeContent({ name: 'a.bin', files: 100 * PIECE })
    const peer = await seedingPeer(content)
    const args = ['download', '--stdout', '--stall-timeout', '1', content.torrent, '--peer', peer.address]
    const { read, code } = await piped(args, 'sleep 2; cat')
    expect(code).toBe('0')
    expect(content.bytes.equals(read)).toBe(true)
  })
})
