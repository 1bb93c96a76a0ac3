// What torrents, trackers and peers say reaches no terminal raw, in no command's output.
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { encode } from '../../src/lib/bencode/encode.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { fakeTracker } from './support/fake-tracker.ts'
import { bt, tempFolder, type BtResult } from './support/run-bt.ts'
import { scriptedPeer } from './support/scripted-peer.ts'

/** Clears the screen, sets the title, rings, goes back over the line, C1's CSI, DEL, and turns the reading direction. */
const EVIL = 'e\u001b[2J\u001b]0;x\u0007\r\u009b31m\u007f\u202e\u2066l'

/** Line feeds are ours: each line of output is looked at by itself. */
function expectClean({ stdout, stderr }: BtResult): void {
  expect(`${stdout}\n${stderr}`.split('\n').filter(line => /[\p{Cc}\p{Cf}]/u.test(line))).toEqual([])
}

async function allClean(commands: readonly (readonly string[])[], cwd?: string): Promise<void> {
  for (const result of await Promise.all(commands.map(words => bt(words, cwd === undefined ? {} : { cwd })))) {
    expectClean(result)
  }
}

async function evilTorrent(trackers: readonly string[]): Promise<{ file: string; cwd: string; infoHash: Uint8Array }> {
  const cwd = tempFolder()
  const info = {
    files: [
      { length: 5, path: [EVIL, `${EVIL}.txt`] },
      { length: 0, path: ['link'], attr: 'l', 'symlink path': [EVIL, `${EVIL}.txt`] },
    ],
    name: EVIL,
    'piece length': 16_384,
    pieces: new Uint8Array(20),
    source: EVIL,
  }
  const bytes = encode({
    'announce-list': [trackers, [`http://127.0.0.1:1/announce?${EVIL}`], [`odd:${EVIL}`]],
    comment: EVIL,
    'created by': EVIL,
    info,
    nodes: [[EVIL, 1]],
    'url-list': `http://127.0.0.1:1/${EVIL}`,
    [`x${EVIL}`]: EVIL,
  })
  await writeFile(join(cwd, 'evil.torrent'), bytes)
  return { file: 'evil.torrent', cwd, infoHash: parseMetainfo(bytes).info.infoHash }
}

/** A web server whose every answer is a redirect to what no terminal should see. */
async function redirector(): Promise<string> {
  const server = createServer((_request, response) => {
    response.socket?.end(`HTTP/1.1 302 Found\r\nlocation: ftp://x/\u009b31m\r\nx-y: \u009b2J\r\n\r\n`, 'latin1')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('a torrent', () => {
  test.each([
    ['info', ['info', 'evil.torrent']],
    ['info --pretty', ['info', '--pretty', 'evil.torrent']],
    ['info --files', ['info', '--files', 'evil.torrent']],
    ['info --json', ['info', '--json', 'evil.torrent']],
    ['decode', ['decode', '--file', 'evil.torrent']],
    ['link', ['link', 'evil.torrent']],
    ['verify', ['verify', 'evil.torrent']],
    ['verify --json', ['verify', '--json', 'evil.torrent']],
    ['edit', ['edit', 'evil.torrent', '--comment', 'c', '--json']],
    ['scrape', ['scrape', 'evil.torrent', '--json']],
    ['peers', ['peers', 'evil.torrent']],
    ['peers --debug', ['peers', 'evil.torrent', '--debug']],
    ['download', ['download', 'evil.torrent', '--stall-timeout', '1']],
    ['download --json, with a log', ['download', 'evil.torrent', '--stall-timeout', '1', '--json', '--debug']],
  ])('is shown by bt %s', async (_, words) => {
    const { cwd } = await evilTorrent([])
    const result = await bt(words, { cwd })
    expect(result.stdout + result.stderr).not.toBe('')
    expectClean(result)
  })

  test('is named by a magnet link', async () => {
    const magnet = `magnet:?xt=urn:btih:${'a'.repeat(40)}&dn=${encodeURIComponent(EVIL)}&tr=${encodeURIComponent(`udp:${EVIL}`)}`
    await allClean([
      ['magnet_parse', magnet],
      ['info', magnet, '--pretty'],
      ['magnet_parse', magnet, '--json'],
    ])
  })
})

describe('a tracker', () => {
  test.each<[string, Parameters<typeof fakeTracker>[0]]>([
    ['why it refuses', { 'failure reason': EVIL, 'retry in': EVIL }],
    ['warnings and what else it has to say', { 'warning message': EVIL, 'tracker id': EVIL, [`x${EVIL}`]: EVIL, interval: 1800, peers: '' }], // prettier-ignore
    ['peers that are none', { interval: 1800, peers: [{ ip: EVIL, port: 1, 'peer id': EVIL }] }],
    ['a key of an answer that makes no sense', { peers: EVIL }],
  ])('says %s', async (_, answer) => {
    const tracker = await fakeTracker(answer)
    const { cwd, file } = await evilTorrent([tracker.url])
    const commands = [
      ['announce', file],
      ['announce', file, '--json'],
      ['peers', file, '--debug'],
    ]
    await allClean(commands, cwd)
  })

  test('redirects to what is no URL', async () => {
    const url = await redirector()
    for (const words of [
      ['info', `${url}/a`],
      ['info', `${url}/a`, '--json', '--debug'],
    ]) {
      const result = await bt(words)
      expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('redirected') })
      expectClean(result)
    }
  })
})

describe('a peer', () => {
  test('has a peer id of its own', async () => {
    const { cwd, file, infoHash } = await evilTorrent([])
    const peer = await scriptedPeer({ infoHash, peerId: `${EVIL}xxxxxxxxxxxxxxxxxxxx`.slice(0, 20) })
    const commands = [
      ['handshake', file, peer.address],
      ['handshake', file, peer.address, '--json', '--debug'],
      ['download', file, '--peer', peer.address, '--stall-timeout', '1', '--debug'],
    ]
    await allClean(commands, cwd)
  })
})
