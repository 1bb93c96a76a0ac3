import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { makeContent, PIECE } from './support/content.ts'
import { bt, start, tempFolder } from './support/run-bt.ts'
import { scriptedPeer } from './support/scripted-peer.ts'
import { seedingPeer } from './support/seeding-peer.ts'
import { startSeed, startTracker } from './support/services.ts'
import { testTorrent } from './support/torrents.ts'

type Line = Readonly<Record<string, unknown>>

/** The lines that are JSON objects. */
function jsonLines(text: string): readonly Line[] {
  const lines = text.split('\n').filter(line => line.startsWith('{'))
  return lines.map(line => JSON.parse(line) as Line)
}

/** `out request`, in their order. */
function messages(lines: readonly Line[]): readonly string[] {
  const said = lines.filter(({ event }) => event === 'message')
  return said.map(({ direction, message }) => `${String(direction)} ${String(message)}`)
}

test('--debug shows every message of a handshake, with time, direction, peer and info-hash', async () => {
  const { file, info, hash } = testTorrent([])
  const peer = await scriptedPeer({ infoHash: info.infoHash, peerId: '-XX0001-abcdefghijkl' })
  const { stdout, stderr, code } = await bt(['handshake', file, peer.address, '--debug'])
  expect({ stdout, code }).toEqual({
    stdout: `Peer ID: ${Buffer.from('-XX0001-abcdefghijkl').toString('hex')}\n`,
    code: 0,
  })
  const lines = jsonLines(stderr)
  expect(messages(lines)).toEqual(['out handshake', 'in handshake'])
  const { time, ...heard } = lines.find(({ direction }) => direction === 'in') ?? {}
  expect(Date.parse(String(time))).toBeGreaterThan(Date.now() - 60_000)
  expect(heard).toEqual({
    level: 'trace',
    event: 'message',
    message: 'handshake',
    direction: 'in',
    peer: peer.address,
    infoHash: hash,
    peerId: Buffer.from('-XX0001-abcdefghijkl').toString('hex'),
    reserved: '0000000000100000',
    client: '-XX0001-',
  })
  expect(lines.filter(({ event }) => event === 'connection').map(({ state }) => state)).toEqual([
    'dialled',
    'connected',
    'closed',
  ])
})

test('--debug shows extension handshakes decoded, and metadata by its name without its bytes', async () => {
  const { content, peer } = await seeding()
  const { stderr, code } = await bt(['magnet_info', content.magnet, '--peer', peer.address, '--debug'])
  expect(code).toBe(0)
  const lines = jsonLines(stderr)
  const extended = lines.filter(({ message }) => message === 'extendedHandshake')
  expect(extended.find(({ direction }) => direction === 'in')).toMatchObject({ handshake: { m: { ut_metadata: 3 } } })
  expect(extended.find(({ direction }) => direction === 'out')).toMatchObject({ handshake: { v: 'bt 0.1.0' } })
  const metadata = lines.filter(({ extension }) => extension === 'ut_metadata')
  expect(metadata.map(({ direction, dict, data }) => ({ direction, dict, data }))).toEqual([
    { direction: 'out', dict: { msg_type: 0, piece: 0 }, data: undefined },
    {
      direction: 'in',
      dict: { msg_type: 1, piece: 0, total_size: content.info.raw.length },
      data: content.info.raw.length,
    },
  ])
})

test('--debug shows every block of a download that was asked for and came, but not its bytes', async () => {
  const { content, peer } = await seeding()
  const out = join(tempFolder(), 'a.bin')
  const { stderr } = await bt(['download', content.torrent, '-o', out, '--peer', peer.address, '--debug'])
  expect(readFileSync(out).equals(content.bytes)).toBe(true)
  const lines = jsonLines(stderr)
  const blocks = (direction: string, message: string): readonly number[] =>
    lines
      .filter(line => line['direction'] === direction && line['message'] === message)
      .map(({ piece }) => Number(piece))
      .sort((a, b) => a - b)
  expect(blocks('out', 'request')).toEqual([0, 1, 2])
  expect(blocks('in', 'piece')).toEqual([0, 1, 2])
  expect(lines.find(({ piece, message }) => piece === 2 && message === 'piece')).toMatchObject({ length: 77 })
  expect(stderr.length).toBeLessThan(content.bytes.length / 2)
})

test('--debug shows what trackers are asked and answer, over HTTP and UDP, to the byte', async () => {
  const { http, udp } = await startTracker()
  const { file, hash } = testTorrent([[http], [udp]])
  const { stderr } = await bt(['peers', file, '--debug'])
  const lines = jsonLines(stderr)
  const started = lines.filter(({ event, announced }) => event === 'announceSent' && announced === 'started')
  expect(started.map(({ url, infoHash }) => `${String(url)} ${String(infoHash)}`).sort()).toEqual([
    `${http} ${hash}`,
    `${udp} ${hash}`,
  ])
  expect(lines.find(({ event, direction }) => event === 'http' && direction === 'out')).toMatchObject({
    request: expect.stringContaining(`${http}?info_hash=`) as string,
  })
  expect(lines.find(({ event, direction }) => event === 'http' && direction === 'in')).toMatchObject({
    status: 200,
    body: { interval: 1800 },
  })
  // BEP 15: the magic that every connection begins with.
  expect(lines.find(({ event, direction }) => event === 'udp' && direction === 'out')).toMatchObject({
    data: expect.stringMatching(/^0000041727101980/) as string,
  })
})

test('a log has who came and went, what was wrong with whom, and how it ended, and only what is important enough', async () => {
  const liar = await seeding({ tamper: block => Buffer.concat([block.subarray(0, -1), Buffer.of(1)]) })
  const file = join(tempFolder(), 'bt.log')
  const words = ['download', liar.content.torrent, '-o', join(tempFolder(), 'x'), '--peer', liar.peer.address]
  const { code, stderr } = await bt([...words, '--log-file', file])
  expect(code).toBe(5)
  const log = readFileSync(file, 'utf8')
  expect(log).toMatch(new RegExp(`INFO  peerConnected peer=${liar.peer.address} infoHash=[0-9a-f]{40} client=`))
  expect(log).toMatch(/ WARN {2}pieceRejected .* piece=\d from=\["127\.0\.0\.1:\d+"\]/)
  expect(log).toMatch(/ WARN {2}peerBanned peer=127\.0\.0\.1:\d+ .*reason=/)
  expect(log).toMatch(/ ERROR ended .* code=NO_PEERS\n$/)
  expect(log).not.toMatch(/ (DEBUG|TRACE) /)
  expect(stderr).not.toMatch(/ (INFO|WARN|ERROR) /)

  await bt([...words, '--log-file', file, '--log-level', 'error', '--log-format', 'json'])
  const added = jsonLines(readFileSync(file, 'utf8').slice(log.length))
  expect(added.length).toBeGreaterThan(0)
  expect([...new Set(added.map(({ level }) => level))]).toEqual(['error'])
})

test('a seed logs who downloads', async () => {
  const content = makeContent({ name: 'a.bin', files: 40_000 })
  const folder = tempFolder()
  const log = join(folder, 'log')
  const { address } = await startSeed([content.torrent, content.writeInto(folder), '--log-file', log])
  await bt(['download', content.torrent, '--peer', address, '-o', join(folder, 'copy')])
  expect(readFileSync(log, 'utf8')).toMatch(/ INFO {2}uploadStarted peer=127\.0\.0\.1:\d+ .*client="bt 0\.1/)
})

test('a tracker logs who asked for what, and who was refused', async () => {
  const list = join(tempFolder(), 'allowed')
  writeFileSync(list, `${testTorrent([]).hash}\n`)
  const words = ['tracker', '--host', '127.0.0.1', '--http-port', '0', '--udp-port', '0']
  const tracker = start([...words, '--allow', list, '--log-level', 'info'])
  const http = (await tracker.line(/^Listening on http/)).replace('Listening on ', '')
  const { file, hash } = testTorrent([[http]])
  await Promise.all([file, testTorrent([[http]], 'other').file].map(torrent => bt(['peers', torrent])))
  expect(await tracker.note(/ INFO {2}announce /)).toContain(` infoHash=${hash} transport=http announced=started `)
  expect(await tracker.note(/ WARN {2}refused /)).toContain(' peer=127.0.0.1:')
})

test('without --debug nothing is traced, and what can not be logged to is said', async () => {
  const { file, info } = testTorrent([])
  const peer = await scriptedPeer({ infoHash: info.infoHash })
  const { stderr } = await bt(['handshake', file, peer.address])
  expect(jsonLines(stderr)).toEqual([])
  const refused = await bt(['handshake', file, peer.address, '--log-file', '/nowhere/log'])
  expect(refused).toMatchObject({ code: 8, stderr: expect.stringMatching(/^bt: can not write the log: /) as string })
})

type Seeding = Parameters<typeof seedingPeer>[1]

async function seeding(how: Seeding = {}): Promise<{
  readonly content: ReturnType<typeof makeContent>
  readonly peer: Awaited<ReturnType<typeof seedingPeer>>
}> {
  const content = makeContent({ name: 'a.bin', files: 2 * PIECE + 77 })
  return { content, peer: await seedingPeer(content, { withMetadata: true, ...how }) }
}

test.skipIf(process.platform === 'win32')(
  '--log-file does not wait for somebody who reads a named pipe (8)',
  async () => {
    const pipe = join(tempFolder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    expect(await bt(['decode', '5:hello', '--log-file', pipe])).toEqual({
      stdout: '',
      stderr: `bt: can not write the log: nobody reads the named pipe ${pipe}; have it read before, or name a file\n`,
      code: 8,
    })
  },
)

test.skipIf(process.platform === 'win32')('--log-file writes into a pipe that the shell hands over', () => {
  const run = fileURLToPath(new URL('../../bin/run.js', import.meta.url))
  const words = ['decode', 'x', '--log-file', '/dev/fd/3']
  const script = ['-c', '{ "$0" "$@" 3>&1 >/dev/null; } | cat', process.execPath, run, ...words]
  const { stdout } = spawnSync('sh', script, { encoding: 'utf8', env: { ...process.env, HOME: tempFolder() } })
  expect(stdout).toMatch(/ ERROR ended .*BENCODE_MALFORMED\n$/)
})
