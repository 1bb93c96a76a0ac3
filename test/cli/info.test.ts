import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { bt, btJson, tempFolder } from './support/run-bt.ts'
import { SAMPLE, sampleTorrent } from './support/torrents.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.torrent`, import.meta.url))

describe('bt info', () => {
  test('prints the lines that scripts depend on', async () => {
    const file = join(tempFolder(), 'sample.torrent')
    writeFileSync(file, sampleTorrent())
    const { stdout, stderr, code } = await bt(['info', file])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    const lines = stdout.trimEnd().split('\n')
    expect(lines.slice(0, 4)).toEqual([
      `Tracker URL: ${SAMPLE.tracker}`,
      'Length: 92063',
      `Info Hash: ${SAMPLE.infoHash}`,
      'Piece Length: 32768',
    ])
    expect(lines.slice(-4)).toEqual(['Piece Hashes:', ...SAMPLE.pieces])
    for (const line of lines.slice(0, -4)) expect(line).toMatch(/^[A-Z][\w ]*: \S/)
  })

  test('reads a .torrent from standard input', async () => {
    const document = await btJson<{ infoHash: string; pieces: string[] }>(['info', '-'], { input: sampleTorrent() })
    expect(document).toMatchObject({ infoHash: SAMPLE.infoHash, pieces: SAMPLE.pieces, length: 92_063 })
  })

  test('shows both hashes of a hybrid, and the files without their padding', async () => {
    const { stdout } = await bt(['info', fixture('hybrid-multi')])
    expect(stdout).toMatch(/^Info Hash: [0-9a-f]{40}$/m)
    expect(stdout).toMatch(/^Info Hash v2: [0-9a-f]{64}$/m)
    expect(stdout).toMatch(/^Version: hybrid$/m)
    expect(stdout).toMatch(/^File \d+: sub\/c\.bin \(100000 bytes, root [0-9a-f]{64}\)$/m)
    expect(stdout).not.toContain('.pad')
  })

  test('shows a v2-only torrent by its roots', async () => {
    const { stdout, code } = await bt(['info', fixture('v2-single')])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^Pieces Root: [0-9a-f]{64}$/m)
    expect(stdout.split('Piece Hashes:\n')[1]?.trimEnd().split('\n')).toHaveLength(3)
    expect(stdout).not.toContain('Magnet:')
  })

  test('shows what a magnet link or an info-hash says by itself', async () => {
    const hash = SAMPLE.infoHash
    expect((await bt(['info', hash])).stdout).toBe(`Info Hash: ${hash}\n`)
    const { stdout } = await bt(['info', `magnet:?xt=urn:btih:${hash}&dn=a%20b`])
    expect(stdout).toBe(`Info Hash: ${hash}\nName: a b\n`)
  })

  test('prints the paths alone, and a page to read, where they are asked for', async () => {
    expect((await bt(['info', '--files', fixture('v1-multi')])).stdout).toBe(
      'b.bin\nempty\nsub/d.bin\nsub/c.bin\na.txt\n',
    )
    const { stdout } = await bt(['info', '--pretty', fixture('v1-multi')])
    expect(stdout).toMatch(/^album\n\n {2}Size +153 KiB \(156,389 bytes\) in 5 files\n/)
    expect(stdout).toContain('  2   16.0 KiB  │  ├─ d.bin\n')
    expect((await bt(['info', '--files', SAMPLE.infoHash])).code).toBe(2)
  })

  test('shows several torrents, and those that are right though one is not', async () => {
    const [single, multi] = [fixture('v1-single'), fixture('v1-multi')]
    const { stdout, stderr, code } = await bt(['info', single, fixture('none'), multi])
    expect(code).toBe(8)
    expect(stderr).toMatch(/^bt: there is no file \S+none\.torrent\n$/)
    const each = await Promise.all([single, multi].map(torrent => bt(['info', torrent])))
    expect(stdout).toBe(each.map(({ stdout: shown }) => shown).join('\n'))
    const documents = (await bt(['info', single, multi, '--json'])).stdout.trimEnd().split('\n')
    expect(documents.map(line => JSON.parse(line) as object)).toMatchObject([{ singleFile: true }, { name: 'album' }])
  })

  test.each([
    ['what is not bencode', 'hello', 3],
    ['a truncated torrent', Buffer.from(sampleTorrent()).subarray(0, 100), 3],
    ['bencode that is no torrent', 'd3:foo3:bare', 3],
  ])('refuses %s in one sentence', async (_what, input, exitCode) => {
    const { stdout, stderr, code } = await bt(['info', '-'], { input })
    expect({ stdout, code }).toEqual({ stdout: '', code: exitCode })
    expect(stderr).toMatch(/^bt: [^\n]+\n$/)
  })

  test('says that a file is not there, as JSON too', async () => {
    const missing = join(tempFolder(), 'none.torrent')
    const { stdout, stderr, code } = await bt(['info', missing, '--json'])
    expect(code).toBe(8)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'DISK_NOT_FOUND', exitCode: 8 } })
    expect(stderr).toContain(missing)
  })
})
