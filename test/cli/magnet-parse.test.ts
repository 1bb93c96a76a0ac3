import { describe, expect, test } from 'vitest'
import { bt, btJson } from './support/run-bt.ts'

const HASH = 'ad42ce8109f54c99613ce38f9b4d87e70f24a165'
const TRACKER = 'http://bittorrent-test-tracker.codecrafters.io/announce'
const LINK = `magnet:?xt=urn:btih:${HASH}&dn=magnet1.gif&tr=http%3A%2F%2Fbittorrent-test-tracker.codecrafters.io%2Fannounce`

describe('bt magnet_parse', () => {
  test('prints the tracker and the info-hash first', async () => {
    expect(await bt(['magnet_parse', LINK])).toEqual({
      stdout: `Tracker URL: ${TRACKER}\nInfo Hash: ${HASH}\nName: magnet1.gif\n`,
      stderr: '',
      code: 0,
    })
  })

  test('shows everything else that a link may carry', async () => {
    const link = `${LINK}&tr=udp%3A%2F%2Fb.example%3A80&so=0,2-4&x.pe=127.0.0.1:6881&x.pe=[::1]:1&ws=http://c.example/f&xl=10`
    const { stdout } = await bt(['magnet_parse', link])
    expect(stdout.split('\n')).toEqual([
      `Tracker URL: ${TRACKER}`,
      'Tracker URL: udp://b.example:80',
      `Info Hash: ${HASH}`,
      'Name: magnet1.gif',
      'Length: 10',
      'Select Only: 0, 2-4',
      'Peer: 127.0.0.1:6881',
      'Peer: [::1]:1',
      'Web Seed: http://c.example/f',
      '',
    ])
    expect(await btJson(['magnet_parse', link])).toEqual({
      infoHash: HASH,
      name: 'magnet1.gif',
      length: 10,
      trackers: [TRACKER, 'udp://b.example:80'],
      peers: ['127.0.0.1:6881', '[::1]:1'],
      webSeeds: ['http://c.example/f'],
      selectOnly: [
        [0, 0],
        [2, 4],
      ],
    })
  })

  test.each([`magnet:?dn=a`, `magnet:?xt=urn:btih:${HASH.slice(1)}`, 'a.torrent'])('refuses %s', async link => {
    const { stdout, stderr, code } = await bt(['magnet_parse', link])
    expect({ stdout, code }).toEqual({ stdout: '', code: 3 })
    expect(stderr).toMatch(/^bt: invalid magnet link: [^\n]+\n$/)
  })
})
