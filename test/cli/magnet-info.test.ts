import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { isDict } from '../../src/lib/bencode/access.ts'
import { decode } from '../../src/lib/bencode/decode.ts'
import { parseMetainfo } from '../../src/lib/metainfo/metainfo.ts'
import { closedPort } from './support/closed-port.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, btJson, tempFolder } from './support/run-bt.ts'
import { scriptedPeer } from './support/scripted-peer.ts'
import { testTorrent, type TestTorrent } from './support/torrents.ts'

const serving = (torrent: TestTorrent): Parameters<typeof scriptedPeer>[0] => ({
  infoHash: torrent.info.infoHash,
  metadata: torrent.info.raw,
  metadataId: 42,
  bitfield: Buffer.of(0xe0),
})

describe('bt magnet_info', () => {
  test('prints the lines of `bt info`, and asks the peer for metadata only', async () => {
    const peer = await scriptedPeer(serving(testTorrent([])))
    const tracker = await fakeTracker({ interval: 60, peers: compact(peer.address) })
    const torrent = testTorrent([[tracker.url]])
    const { stdout, code } = await bt(['magnet_info', torrent.magnet])
    expect(code).toBe(0)
    expect(stdout).toBe((await bt(['info', torrent.file])).stdout)
    expect(hex(peer.handshakes[0]?.subarray(20, 28) ?? Buffer.of())).toBe('0000000000100000')
    const [first, second, ...rest] = peer.messages
    expect([first?.id, first?.payload[0]]).toEqual([20, 0])
    expect([second?.id, second?.payload[0]]).toEqual([20, 42])
    const request = decode(second?.payload.subarray(1) ?? Buffer.of())
    expect(isDict(request) && [...request]).toEqual([
      ['msg_type', 0],
      ['piece', 0],
    ])
    expect(rest).toEqual([])
  })

  test('saves a .torrent with the same info dictionary, and the trackers and web seeds of the link', async () => {
    const torrent = testTorrent([])
    const peer = await scriptedPeer(serving(torrent))
    const tracker = await fakeTracker({ interval: 60, peers: compact() })
    const folder = tempFolder()
    const link = `${testTorrent([[tracker.url], ['http://127.0.0.1:1/announce']]).magnet}&ws=http%3A%2F%2Fw%2Fa.bin`
    const args = ['magnet_info', link, '--peer', peer.address, '--save', 'a.torrent']
    expect((await bt(args, { cwd: folder })).code).toBe(0)
    // And back again.
    expect((await bt(['link', 'a.torrent'], { cwd: folder })).stdout).toBe(`${link}\n`)
    const saved = parseMetainfo(readFileSync(join(folder, 'a.torrent')))
    expect(hex(saved.info.raw)).toBe(hex(torrent.info.raw))
    expect(saved.tiers).toEqual([[tracker.url], ['http://127.0.0.1:1/announce']])
    expect(saved.webSeeds).toEqual(['http://w/a.bin'])
    expect(readdirSync(folder)).toEqual(['a.torrent'])
  })

  test('overwrites nothing unless told to', async () => {
    const torrent = testTorrent([])
    const peer = await scriptedPeer(serving(torrent))
    const file = join(tempFolder(), 'kept.torrent')
    writeFileSync(file, 'precious')
    const args = ['magnet_info', torrent.hash, '--peer', peer.address, '--save', file]
    expect(await bt(args)).toMatchObject({ stdout: '', code: 2 })
    expect(readFileSync(file, 'utf8')).toBe('precious')
    expect(peer.handshakes).toEqual([]) // found out before any peer was troubled
    expect(await btJson([...args, '--force'])).toMatchObject({ infoHash: torrent.hash })
    expect(parseMetainfo(readFileSync(file)).info.name).toBe('a.bin')
  })

  test('saves it in a folder under its own name', async () => {
    const torrent = testTorrent([])
    const peer = await scriptedPeer(serving(torrent))
    const folder = tempFolder()
    expect((await bt(['magnet_info', torrent.hash, '--peer', peer.address, '--save', folder])).code).toBe(0)
    expect(readdirSync(folder)).toEqual(['a.bin.torrent'])
  })

  test('saves it to stdout, and shows it on stderr then', async () => {
    const torrent = testTorrent([])
    const peer = await scriptedPeer(serving(torrent))
    const folder = tempFolder()
    const args = ['magnet_info', torrent.hash, '--peer', peer.address, '--save', '-']
    const { stdout, stderr, code } = await bt(args, { cwd: folder })
    expect({ code, start: stdout.slice(0, 8) }).toEqual({ code: 0, start: 'd4:infod' })
    expect(stderr).toContain(`Info Hash: ${torrent.hash}\n`)
    expect(readdirSync(folder)).toEqual([])
  })

  test('takes no metadata that does not hash to the info-hash', async () => {
    const torrent = testTorrent([])
    const other = testTorrent([], 'b.bin')
    const liar = await scriptedPeer({ ...serving(other), infoHash: torrent.info.infoHash })
    // Elsewhere, since a peer that lied is banned with its whole address; and with an id of its own, to be somebody else.
    const honest = await scriptedPeer({ ...serving(torrent), host: '127.0.0.2', peerId: '-XX0001-honest000000' })
    const { stdout } = await bt(['magnet_info', torrent.hash, '--peer', liar.address, '--peer', honest.address])
    expect(stdout).toContain('Name: a.bin\n')
  })

  test('fails where no peer can be reached', async () => {
    const folder = tempFolder()
    const dead = `127.0.0.1:${await closedPort()}`
    const args = ['magnet_info', testTorrent([]).hash, '--peer', dead, '--save', 'a.torrent']
    const { stdout, stderr, code } = await bt(args, { cwd: folder })
    expect({ stdout, code }).toEqual({ stdout: '', code: 5 })
    expect(stderr).toMatch(/connection refused/)
    expect(existsSync(join(folder, 'a.torrent'))).toBe(false)
  })
})
