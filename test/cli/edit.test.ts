import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { parseMetainfo, type Metainfo } from '../../src/lib/metainfo/metainfo.ts'
import { bt, btJson, tempFolder } from './support/run-bt.ts'
import { testTorrent } from './support/torrents.ts'

const TIERS = [['http://127.0.0.1:1/announce'], ['udp://127.0.0.1:2/announce']]
/** Of `a.torrent`, whatever its trackers. */
const HASH = '59ee2f9ec8d6e67542e2af783e604444a9dfd1ff'

/** A folder with `a.torrent`, which has two trackers. */
function folder(): string {
  const cwd = tempFolder()
  writeFileSync(join(cwd, 'a.torrent'), readFileSync(testTorrent(TIERS).file))
  return cwd
}

const read = (cwd: string, name = 'a.torrent'): Metainfo => parseMetainfo(readFileSync(join(cwd, name)))

describe('bt edit', () => {
  test('changes trackers, web seeds and comment in place, and not the info-hash', async () => {
    const cwd = folder()
    chmodSync(join(cwd, 'a.torrent'), 0o640)
    const trackers = ['--remove-tracker', 'udp://127.0.0.1:2/announce', '--add-tracker', 'http://c/a,http://d/a']
    const args = ['edit', 'a.torrent', ...trackers, '--replace-tracker', '127.0.0.1 b', '--add-web-seed', 'http://w/']
    const { stdout, stderr, code } = await bt([...args, '--comment', 'fine'], { cwd })
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(new RegExp(`^Info Hash: ${HASH}\nMagnet: magnet:.*&ws=http%3A%2F%2Fw%2F\n$`))
    const { tiers, webSeeds, comment, info } = read(cwd)
    expect({ tiers, webSeeds, comment }).toEqual({
      tiers: [['http://b:1/announce'], ['http://c/a', 'http://d/a']],
      webSeeds: ['http://w/'],
      comment: 'fine',
    })
    expect(hex(info.infoHash)).toBe(HASH)
    expect(statSync(join(cwd, 'a.torrent')).mode & 0o777).toBe(0o640)
    expect(readdirSync(cwd)).toEqual(['a.torrent'])
  })

  test('says that the info-hash changes', async () => {
    const cwd = folder()
    const { stderr, stdout } = await bt(['edit', 'a.torrent', '--source', 'ABC', '-o', 'b.torrent'], { cwd })
    const { info } = read(cwd, 'b.torrent')
    expect(info.source).toBe('ABC')
    expect(stdout).toContain(`Info Hash: ${hex(info.infoHash)}\n`)
    expect(stderr).toContain(`the info-hash changes from ${HASH} to ${hex(info.infoHash)}`)
    expect(read(cwd).info.source).toBeUndefined()
    const edited = await btJson(['edit', 'b.torrent', '--private', '--name', 'b'], { cwd })
    expect(edited).toMatchObject({ previousInfoHash: hex(info.infoHash), changed: true })
    expect(read(cwd, 'b.torrent').info).toMatchObject({ private: true, name: 'b', source: 'ABC' })
    await bt(['edit', 'b.torrent', '--no-private', '--name', 'a.bin', '--source', ''], { cwd })
    expect(readFileSync(join(cwd, 'b.torrent'))).toEqual(readFileSync(join(cwd, 'a.torrent')))
  })

  test('changes several, what a link leads to, and none where one is no torrent', async () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'b.torrent'), readFileSync(join(cwd, 'a.torrent')))
    writeFileSync(join(cwd, 'c.torrent'), 'de')
    symlinkSync('b.torrent', join(cwd, 'link'))
    const refused = await bt(['edit', 'a.torrent', 'c.torrent', '--no-trackers'], { cwd })
    expect(refused).toMatchObject({ stdout: '', code: 3 })
    expect(refused.stderr).toMatch(/^bt: c\.torrent is not a \.torrent file: /)
    expect(read(cwd).tiers).toEqual(TIERS)
    const { stdout } = await bt(['edit', 'a.torrent', 'link', '--tracker', 'http://t/'], { cwd })
    expect(stdout).toMatch(/^File: a\.torrent\nInfo Hash: .*\nMagnet: .*\nFile: link\nInfo Hash: /)
    expect([read(cwd), read(cwd, 'b.torrent')].map(({ tiers }) => tiers)).toEqual([[['http://t/']], [['http://t/']]])
    expect(lstatSync(join(cwd, 'link')).isSymbolicLink()).toBe(true)
  })

  test('merges JSON, from a file too, and writes to stdout', async () => {
    const cwd = folder()
    const original = readFileSync(join(cwd, 'a.torrent'))
    writeFileSync(join(cwd, 'patch.json'), '{"announce-list":null,"comment":"é","x":[1]}')
    const { stdout, stderr } = await bt(['edit', '-', '--merge', '@patch.json'], { cwd, input: original })
    expect(stdout).toContain('7:comment2:é')
    expect(stdout.endsWith('1:xli1eee')).toBe(true)
    expect(stderr).toContain(`Info Hash: ${HASH}\n`)
    const there = await bt(['edit', 'a.torrent', '--merge', '@patch.json', '-o', '/dev/stdout'], { cwd })
    expect(there).toMatchObject({ stdout, stderr, code: 0 })
    expect((await bt(['edit', 'a.torrent', '--merge', '{"info":{"x":true}}'], { cwd })).code).toBe(3)
    expect((await bt(['edit', 'a.torrent', '--merge', '{"info":{"pieces":""}}'], { cwd })).code).toBe(3)
    expect(readFileSync(join(cwd, 'a.torrent'))).toEqual(original)
  })

  test('writes nothing with --dry-run, nor where nothing changes', async () => {
    const cwd = folder()
    const before = statSync(join(cwd, 'a.torrent'))
    expect((await bt(['edit', 'a.torrent', '--comment', 'x', '--dry-run'], { cwd })).stdout).toContain('Info Hash: ')
    const { stderr } = await bt(['edit', 'a.torrent', '--remove-tracker', 'http://nowhere/'], { cwd })
    expect(stderr).toMatch(/^warning: "a\.bin" has nothing like http:\/\/nowhere\/\nnothing changes in "a\.bin"\n$/)
    const { ino, mtimeMs } = statSync(join(cwd, 'a.torrent'))
    expect({ ino, mtimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs })
  })

  test('warns of a private torrent without trackers', async () => {
    const { stderr } = await bt(['edit', 'a.torrent', '--private', '--no-trackers'], { cwd: folder() })
    expect(stderr).toMatch(/^warning: "a\.bin" is private and has no tracker/m)
  })

  test.each([
    [['a.torrent'], 2],
    [['a.torrent', 'a.torrent', '--comment', 'x', '-o', 'b.torrent'], 2],
    [['a.torrent', '--comment', 'x', '-o', 'a.torrent'], 2],
    [['a.torrent', '--replace-tracker', 'one'], 2],
    [['a.torrent', 'http://127.0.0.1:1/b.torrent', '--comment', 'x'], 2],
    [['a.torrent', '--tracker', 'nonsense'], 2],
    [['nowhere.torrent', '--comment', 'x'], 8],
  ])('refuses %j', async (args, exitCode) => {
    const cwd = folder()
    const original = readFileSync(join(cwd, 'a.torrent'))
    const { stdout, code } = await bt(['edit', ...args], { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: exitCode })
    expect(readFileSync(join(cwd, 'a.torrent'))).toEqual(original)
  })
})
