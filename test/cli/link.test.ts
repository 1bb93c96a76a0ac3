import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseMagnet } from '../../src/lib/metainfo/magnet.ts'
import { bt, btJson } from './support/run-bt.ts'
import { testTorrent } from './support/torrents.ts'

const HASH = 'c5fb9894bdaba464811b088d806bdd611ba490af'
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}.torrent`, import.meta.url))

describe('bt link', () => {
  test('is the link of a torrent, with its name and trackers', async () => {
    const torrent = testTorrent([['http://127.0.0.1:1/announce'], ['udp://127.0.0.1:2/announce']])
    const { stdout, stderr, code } = await bt(['link', torrent.file])
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/^magnet:\?\S+\n$/)
    expect(parseMagnet(stdout)).toMatchObject({
      displayName: 'a.bin',
      trackers: ['http://127.0.0.1:1/announce', 'udp://127.0.0.1:2/announce'],
    })
    const bare = await bt(['link', torrent.file, '--no-trackers', '--name', 'b', '--tracker', 'http://t/a'])
    expect(bare.stdout).toBe(`magnet:?xt=urn:btih:${torrent.hash}&dn=b&tr=http%3A%2F%2Ft%2Fa\n`)
  })

  test('selects files, and names peers and web seeds', async () => {
    const flags = ['--select', '0,2-3', '--peer', '[::1]:1', '--peer', '[::1]:1', '--web-seed', 'http://w/']
    const { stdout } = await bt(['link', fixture('v1-multi'), ...flags])
    expect(stdout).toMatch(/&ws=http%3A%2F%2Fw%2F&x\.pe=\[::1\]:1&so=0,2-3\n$/)
    expect((await bt(['link', fixture('v1-multi'), '--select', '99'])).code).toBe(2)
    expect((await bt(['link', HASH, '--select', '0,2', '--select', '5-7'])).stdout).toMatch(/&so=0,2,5-7\n$/)
    expect((await bt(['link', HASH, '--select', '*.mkv'])).code).toBe(2)
  })

  test('makes one of an info-hash, and adds to one that is there', async () => {
    const made = await bt(['link', HASH, '--tracker', 'http://t/a'])
    expect(made.stdout).toBe(`magnet:?xt=urn:btih:${HASH}&tr=http%3A%2F%2Ft%2Fa\n`)
    const added = await bt(['link', `${made.stdout.trim()}&xl=5&so=1&x.pe=1.2.3.4:5`, '--peer', '1.2.3.4:6'])
    const peers = 'x.pe=1.2.3.4:5&x.pe=1.2.3.4:6'
    expect(added.stdout).toBe(`magnet:?xt=urn:btih:${HASH}&xl=5&tr=http%3A%2F%2Ft%2Fa&${peers}&so=1\n`)
    expect(await btJson(['link', HASH])).toMatchObject({ magnet: `magnet:?xt=urn:btih:${HASH}`, infoHash: HASH })
  })

  test('has both hashes of a hybrid, and none for a v2-only torrent', async () => {
    expect((await bt(['link', fixture('hybrid-single')])).stdout).toMatch(/xt=urn:btih:[0-9a-f]{40}&xt=urn:btmh:1220/)
    expect((await bt(['link', fixture('v2-single')])).code).toBe(3)
    expect((await bt(['link', 'magnet:?dn=x'])).code).toBe(3)
  })
})
