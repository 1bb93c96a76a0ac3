import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { closedPort } from './support/closed-port.ts'
import { makeContent, PIECE, pieceOf } from './support/content.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { seedingPeer } from './support/seeding-peer.ts'
import { startSeed } from './support/services.ts'

const RUN = fileURLToPath(new URL('../../bin/run.js', import.meta.url))

/** Two blocks a piece; the last piece is short. */
const PARTS = { name: 'a.bin', files: 5 * 2 * PIECE + 1000, pieceLength: 2 * PIECE }
const LAST = 5

describe('bt download_piece', () => {
  test('writes the first and the last piece as bt seed has them, over what is there, and nothing else', async () => {
    const content = makeContent(PARTS)
    const { address } = await startSeed([content.torrent, content.writeInto(tempFolder())])
    const cwd = tempFolder()
    writeFileSync(join(cwd, 'first'), 'old')
    const args = ['download_piece', content.torrent, '--peer', address, '-o']
    const [first, last] = await Promise.all([
      bt([...args, 'first', '0'], { cwd }),
      bt([...args, 'new/last', String(LAST)], { cwd }),
    ])
    expect(first).toMatchObject({ stdout: '', code: 0 })
    expect(last).toMatchObject({ stdout: '', code: 0 })
    expect(pieceOf(content, 0).equals(readFileSync(join(cwd, 'first')))).toBe(true)
    expect(pieceOf(content, LAST).equals(readFileSync(join(cwd, 'new', 'last')))).toBe(true)
    expect(readdirSync(cwd).sort()).toEqual(['first', 'new'])
  })

  test('asks for no other piece, of the peers that the tracker names', async () => {
    const peer = await seedingPeer(makeContent(PARTS))
    const tracker = await fakeTracker({ interval: 60, peers: compact(peer.address) })
    const content = makeContent({ ...PARTS, trackers: [tracker.url] })
    const cwd = tempFolder()
    mkdirSync(join(cwd, 'there'))
    expect((await bt(['download_piece', '-o', 'there', content.torrent, '3'], { cwd })).code).toBe(0)
    expect(peer.takeGiven()).toEqual([3, 3])
    expect(pieceOf(content, 3).equals(readFileSync(join(cwd, 'there', 'piece-3')))).toBe(true)
    expect(tracker.queries.some(query => query.includes('event=stopped'))).toBe(true)
    // Who has one piece has not completed a download.
    expect(tracker.queries.some(query => query.includes('event=completed'))).toBe(false)
  })

  test('does not believe a peer that sends wrong bytes, and finishes with one that sends the right ones', async () => {
    const content = makeContent(PARTS)
    const liar = await seedingPeer(content, { tamper: block => block.fill(7, 10, 20) })
    const honest = await seedingPeer(content, { host: '127.0.0.2', peerId: '-XX0001-honest000000' })
    const cwd = tempFolder()
    const args = ['download_piece', '-o', 'p', content.torrent, '1', '--peer']
    const alone = await bt([...args, liar.address], { cwd })
    expect(alone).toMatchObject({ stdout: '', code: 5 })
    expect(alone.stderr).toContain('piece 1 did not match its hash')
    expect(readdirSync(cwd)).toEqual([])
    const both = await bt([...args, liar.address, '--peer', honest.address], { cwd })
    expect(both.code).toBe(0)
    expect(pieceOf(content, 1).equals(readFileSync(join(cwd, 'p')))).toBe(true)
  })

  test.each([
    ['download_piece', 'torrent'],
    ['magnet_download_piece', 'magnet'],
  ] as const)('%s writes the piece to stdout with -o -, and what it says to stderr', async (command, kind) => {
    const content = makeContent(PARTS)
    const peer = await seedingPeer(content, { withMetadata: true })
    const cwd = tempFolder()
    const args = [RUN, command, '-o', '-', content[kind], '0', '--peer', peer.address, '--json']
    const child = spawn(process.execPath, args, { cwd })
    const [stdout, stderr] = await Promise.all([buffer(child.stdout), text(child.stderr)])
    expect(pieceOf(content, 0).equals(stdout)).toBe(true)
    expect(stderr).toContain('"event":"done"')
    expect(readdirSync(cwd)).toEqual([])
  })

  test('prints JSON lines that end with `done`', async () => {
    const content = makeContent(PARTS)
    const peer = await seedingPeer(content)
    const args = ['download_piece', '-o', 'p', content.torrent, '0', '--peer', peer.address, '--json']
    const { stdout, stderr, code } = await bt(args, { cwd: tempFolder() })
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    const events = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as unknown)
    expect(events.at(-1)).toMatchObject({ event: 'done', bytesTotal: 2 * PIECE, bytesDone: 2 * PIECE })
  })

  test.each([
    ['a piece that the torrent has not', ['-o', 'p', '6'], /has pieces 0 to 5; there is no 6/],
    ['an index that is none', ['-o', 'p', 'x'], /"x" is not the index of a piece/],
    ['an index below all', ['-o', 'p', '--', '-1'], /"-1" is not the index of a piece/],
    ['no place for the piece', ['0'], /output/],
  ])('is wrong usage (2) with %s', async (_, args, message) => {
    const cwd = tempFolder()
    const outcome = await bt(['download_piece', makeContent(PARTS).torrent, ...args], { cwd })
    expect(outcome).toMatchObject({ stdout: '', code: 2 })
    expect(outcome.stderr).toMatch(message)
    expect(readdirSync(cwd)).toEqual([])
  })

  test('fails where the only peer is dead (5), or the place is below a file (8)', async () => {
    const content = makeContent(PARTS)
    const peer = await seedingPeer(content)
    const cwd = tempFolder()
    writeFileSync(join(cwd, 'file'), 'mine')
    const args = ['download_piece', content.torrent, '0', '-o']
    const dead = `127.0.0.1:${await closedPort()}`
    expect((await bt([...args, 'p', '--peer', dead], { cwd })).code).toBe(5)
    const below = await bt([...args, 'file/p', '--peer', peer.address], { cwd })
    expect(below.code).toBe(8)
    expect(below.stderr).toMatch(/file" is not a folder/)
    expect(readFileSync(join(cwd, 'file'), 'utf8')).toBe('mine')
  })
})

describe('bt magnet_download_piece', () => {
  test('gets the metadata from the same peer first', async () => {
    const content = makeContent(PARTS)
    const peer = await seedingPeer(content, { withMetadata: true })
    const cwd = tempFolder()
    const args = ['magnet_download_piece', '-o', 'p', content.magnet, String(LAST), '--peer', peer.address]
    expect(await bt(args, { cwd })).toMatchObject({ stdout: '', code: 0 })
    expect(peer.takeGiven()).toEqual([LAST])
    expect(pieceOf(content, LAST).equals(readFileSync(join(cwd, 'p')))).toBe(true)
  })

  test('knows only then that there is no such piece', async () => {
    const content = makeContent(PARTS)
    const peer = await seedingPeer(content, { withMetadata: true })
    const args = ['magnet_download_piece', '-o', 'p', content.magnet, '6', '--peer', peer.address]
    const { stderr, code } = await bt(args, { cwd: tempFolder() })
    expect(code).toBe(2)
    expect(stderr).toContain('there is no 6')
  })
})
