/**
 * The steps of the well-known course on building a BitTorrent client, each with the words and the lines that its tester
 * looks for, against a tracker and a seed on this machine. Everybody who took the course can take `bt` for their own.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { pieceHash } from '../../src/lib/metainfo/metainfo.ts'
import { makeContent, pieceOf, type TestContent } from './support/content.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, tempFolder } from './support/run-bt.ts'
import { startSeed } from './support/services.ts'

/** Of the course's sample torrent: three pieces of 32 KiB, the last one short. */
const LENGTH = 92_063
const PIECE_LENGTH = 32_768
const PEER_ID = /^Peer ID: [0-9a-f]{40}$/m

/** Runs a step that has to succeed. @returns its stdout */
async function step(...args: readonly string[]): Promise<string> {
  const { stdout, stderr, code } = await bt(args)
  expect({ args, stderr, code }).toMatchObject({ code: 0 })
  return stdout
}

describe('decode', () => {
  test.each([
    ['5:hello', '"hello"'],
    ['10:strawberry', '"strawberry"'],
    ['i52e', '52'],
    ['i-52e', '-52'],
    ['i4294967300e', '4294967300'],
    ['le', '[]'],
    ['l5:helloi52ee', '["hello",52]'],
    ['lli4eei5ee', '[[4],5]'],
    ['de', '{}'],
    ['d3:foo3:bar5:helloi52ee', '{"foo":"bar","hello":52}'],
    ['d10:inner_dictd4:key16:value14:key2i42e8:list_keyl5:item15:item2i3eeee', undefined],
  ])('%s', async (bencoded, json) => {
    const inner = '{"inner_dict":{"key1":"value1","key2":42,"list_key":["item1","item2",3]}}'
    expect(await step('decode', bencoded)).toBe(`${json ?? inner}\n`)
  })
})

describe('with a tracker and a seed', () => {
  let content: TestContent
  let tracker = ''
  let peer = ''

  beforeEach(async () => {
    const parts = { name: 'sample.txt', files: LENGTH, pieceLength: PIECE_LENGTH }
    const plain = makeContent(parts)
    const { address } = await startSeed([plain.torrent, plain.writeInto(tempFolder())])
    peer = address
    tracker = (await fakeTracker({ interval: 60, peers: compact(peer) })).url
    content = makeContent({ ...parts, trackers: [tracker] })
  })

  /** Other lines may stand between. */
  function expectInfo(stdout: string): void {
    const hashes = [0, 1, 2].map(index => hex(pieceHash(content.info, index))).join('\n')
    expect(stdout).toContain(`Tracker URL: ${tracker}\nLength: ${LENGTH}\nInfo Hash: ${hex(content.info.infoHash)}\n`)
    expect(stdout).toContain(`\nPiece Length: ${PIECE_LENGTH}\n`)
    expect(stdout).toContain(`\nPiece Hashes:\n${hashes}\n`)
  }

  async function expectPieces(command: string, torrent: string): Promise<void> {
    const folder = tempFolder()
    const piece = async (index: number): Promise<void> => {
      const out = join(folder, `piece-${index}`)
      await step(command, '-o', out, torrent, String(index))
      expect(pieceOf(content, index).equals(readFileSync(out))).toBe(true)
    }
    await Promise.all([0, 1, 2].map(piece))
  }

  test('info: the tracker, the length, the info-hash and the pieces', async () => {
    expectInfo(await step('info', content.torrent))
  })

  test('peers: ip:port, a line each', async () => {
    expect(await step('peers', content.torrent)).toBe(`${peer}\n`)
  })

  test('handshake: the id of the peer', async () => {
    expect(await step('handshake', content.torrent, peer)).toMatch(PEER_ID)
  })

  test('download_piece: each piece', async () => {
    await expectPieces('download_piece', content.torrent)
  })

  test('download: the file', async () => {
    const out = join(tempFolder(), 'test.txt')
    await step('download', '-o', out, content.torrent)
    expect(content.bytes.equals(readFileSync(out))).toBe(true)
  })

  test('magnet_parse: the tracker and the info-hash', async () => {
    const stdout = await step('magnet_parse', content.magnet)
    expect(stdout).toContain(`Tracker URL: ${tracker}\nInfo Hash: ${hex(content.info.infoHash)}\n`)
  })

  test('magnet_handshake: the id of the peer, and the one it gave to ut_metadata', async () => {
    const stdout = await step('magnet_handshake', content.magnet)
    expect(stdout).toMatch(PEER_ID)
    expect(stdout).toMatch(/^Peer Metadata Extension ID: [1-9]\d*$/m)
  })

  test('magnet_info: what info shows', async () => {
    expectInfo(await step('magnet_info', content.magnet))
  })

  test('magnet_download_piece: each piece', async () => {
    await expectPieces('magnet_download_piece', content.magnet)
  })

  test('magnet_download: the file', async () => {
    const out = join(tempFolder(), 'sample')
    await step('magnet_download', '-o', out, content.magnet)
    expect(content.bytes.equals(readFileSync(out))).toBe(true)
  })
})
