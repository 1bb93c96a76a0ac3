import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { closedPort } from './support/closed-port.ts'
import { makeContent, PIECE } from './support/content.ts'
import { fakeTracker } from './support/fake-tracker.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.torrent`, import.meta.url))

describe('bt download is wrong usage (2)', () => {
  test.each([
    ['a peer without a port', ['--peer', '127.0.0.1'], /"127\.0\.0\.1" is not a peer address/],
    ['a selection of no file', ['--select', '0,x'], /"0,x" names no file of/],
    ['a priority that is none', ['--priority', '0=urgent'], /"0=urgent" is no priority; write such as 0,2-4=high/],
    ['a priority of no file', ['--priority', '*.none=low'], /"\*\.none=low" names no file of/],
    ['a selection backwards', ['--select', '3-1'], /"3-1" is not a selection of files/],
    ['a file that the torrent has not', ['--select', '0-1'], /has files 0 to 0; there is no 1/],
    ['a tracker that is no URL', ['--tracker', 'nowhere'], /"nowhere" is not a URL/],
    ['a port beyond all', ['--port', '65536'], /65535/],
    ['an unknown flag', ['--fast'], /--fast/],
  ])('with %s', async (_, flags, message) => {
    const { torrent } = makeContent({ name: 'a.bin', files: PIECE })
    const cwd = tempFolder()
    const { stdout, stderr, code } = await bt(['download', torrent, ...flags], { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toMatch(message)
    expect(readdirSync(cwd)).toEqual([])
  })
})

describe('bt download takes no bad input (3)', () => {
  test('names the file that is no torrent', async () => {
    const cwd = tempFolder()
    writeFileSync(join(cwd, 'photo.jpg'), Buffer.of(0xff, 0xd8, 0xff))
    writeFileSync(join(cwd, 'other.torrent'), 'd3:foo3:bare')
    const photo = await bt(['download', 'photo.jpg'], { cwd })
    expect(photo).toMatchObject({ stdout: '', code: 3 })
    expect(photo.stderr).toMatch(/^bt: photo\.jpg is not a \.torrent file: /)
    const other = await bt(['download', 'other.torrent'], { cwd })
    expect(other).toMatchObject({ stdout: '', code: 3 })
    expect(other.stderr).toMatch(/^bt: other\.torrent is not a \.torrent file: /)
    const piped = await bt(['download', '-'], { cwd, input: 'hello' })
    expect(piped).toMatchObject({ stdout: '', code: 3 })
    expect(piped.stderr).toMatch(/^bt: standard input is not a \.torrent file: /)
  })

  test('says that it can not transfer a v2-only torrent, and leaves nothing', async () => {
    const cwd = tempFolder()
    const { stdout, stderr, code } = await bt(['download', fixture('v2-single')], { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 3 })
    expect(stderr).toMatch(/v2-only torrent.* can not transfer/)
    expect(readdirSync(cwd)).toEqual([])
  })
})

describe('bt download without anybody to give', () => {
  test('shows why the tracker refused (4)', async () => {
    const tracker = await fakeTracker({ 'failure reason': 'members only' })
    const { torrent } = makeContent({ name: 'a.bin', files: PIECE, trackers: [tracker.url] })
    const { stdout, stderr, code } = await bt(['download', torrent], { cwd: tempFolder() })
    expect({ stdout, code }).toEqual({ stdout: '', code: 4 })
    expect(stderr).toMatch(/^bt: .*members only/m)
  })

  test('says that the only tracker is dead (4)', async () => {
    const dead = `http://127.0.0.1:${await closedPort()}/announce`
    const { torrent } = makeContent({ name: 'a.bin', files: PIECE, trackers: [dead] })
    const { stderr, code } = await bt(['download', torrent], { cwd: tempFolder() })
    expect(code).toBe(4)
    expect(stderr).toMatch(/^bt: .*refused the connection$/m)
  })

  test('says that the only peer is dead (5), and leaves nothing behind', async () => {
    const { torrent } = makeContent({ name: 'a.bin', files: PIECE })
    const dead = `127.0.0.1:${await closedPort()}`
    const cwd = tempFolder()
    const { stdout, stderr, code } = await bt(['download', torrent, '--peer', dead], { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 5 })
    expect(stderr).toContain(`${dead}: connection refused`)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('says that nobody is named at all (5)', async () => {
    const { torrent } = makeContent({ name: 'a.bin', files: PIECE })
    const { stderr, code } = await bt(['download', torrent], { cwd: tempFolder() })
    expect(code).toBe(5)
    expect(stderr).toContain('--tracker or --peer')
  })

  test('gives up on a silent peer after --stall-timeout (6), keeping what it got', async () => {
    const content = makeContent({ name: 'a.bin', files: 5 * PIECE })
    const peer = await seedingPeer(content, { limit: 3 })
    const cwd = tempFolder()
    const args = ['download', content.torrent, '--peer', peer.address, '--stall-timeout', '1']
    const { stdout, stderr, code } = await bt(args, { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 6 })
    expect(stderr).toMatch(/^bt: no progress for 1 s; the same command goes on from here$/m)
    peer.release()
    expect((await bt(args, { cwd })).code).toBe(0)
    expect(peer.takeGiven()).toHaveLength(5)
  })
})

describe('bt download can not write (8)', () => {
  test.each([['under.txt/out.bin'], ['under.txt/a/b/out.bin'], ['under.txt/']])('to %s below a file', async out => {
    const content = makeContent({ name: 'a.bin', files: PIECE })
    const cwd = tempFolder()
    writeFileSync(join(cwd, 'under.txt'), 'mine')
    const { stdout, stderr, code } = await bt(['download', content.torrent, '-o', out], { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 8 })
    expect(stderr).toMatch(/^bt: .*under\.txt" is not a folder/m)
    expect(readFileSync(join(cwd, 'under.txt'), 'utf8')).toBe('mine')
  })

  test('a file where a folder of that name is', async () => {
    const content = makeContent({ name: 'a.bin', files: PIECE })
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'a.bin', 'deeper'), { recursive: true })
    const { stdout, stderr, code } = await bt(['download', content.torrent, '--peer', peer.address], { cwd })
    expect({ stdout, code }).toEqual({ stdout: '', code: 8 })
    expect(stderr).toMatch(/^bt: ".*a\.bin" is a folder, where a file belongs/m)
    expect(readdirSync(cwd)).toEqual(['a.bin'])
  })
})

test('bt download bans a peer that sends wrong bytes, and says so (5)', async () => {
  const content = makeContent({ name: 'a.bin', files: 3 * PIECE })
  const liar = await seedingPeer(content, { tamper: block => block.fill(0, 0, 1) })
  const args = ['download', content.torrent, '--peer', liar.address]
  const { stdout, stderr, code } = await bt(args, { cwd: tempFolder() })
  expect({ stdout, code }).toEqual({ stdout: '', code: 5 })
  expect(stderr).not.toMatch(/^done/m)
  expect(stderr).toMatch(/^warning: piece \d did not match its hash/m)
  expect(stderr).toMatch(new RegExp(`^warning: peer ${liar.address} is banned: `, 'm'))
})
