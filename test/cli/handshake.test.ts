import { describe, expect, test } from 'vitest'
import { closedPort } from './support/closed-port.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, btJson } from './support/run-bt.ts'
import { scriptedPeer } from './support/scripted-peer.ts'
import { testTorrent } from './support/torrents.ts'

const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

describe('bt handshake with an address', () => {
  test('prints the peer id, and sends a plain handshake and nothing else', async () => {
    const { file, info } = testTorrent([])
    const peerId = '-TR4050-\xff\x00ghijklmnop'
    const peer = await scriptedPeer({ infoHash: info.infoHash, peerId, reserved: '0000000000100005' })
    const { stdout, code } = await bt(['handshake', file, peer.address])
    expect({ stdout, code }).toEqual({ stdout: `Peer ID: ${hexOf(peerId)}\n`, code: 0 })
    const [sent] = peer.handshakes
    expect(sent?.subarray(0, 48)).toEqual(
      Buffer.concat([Buffer.from('\x13BitTorrent protocol\0\0\0\0\0\0\0\0', 'latin1'), info.infoHash]),
    )
    expect(sent?.subarray(48, 56).toString('latin1')).toBe('-tb0100-')
    expect(peer.messages).toEqual([])
  })

  test('needs no more than an info-hash, and tells the rest in JSON', async () => {
    const { hash, info } = testTorrent([])
    const peer = await scriptedPeer({
      infoHash: info.infoHash,
      peerId: '-qB4650-abcdefghijkl',
      reserved: '0000000000100005',
    })
    expect(await btJson(['handshake', hash, peer.address])).toEqual({
      address: peer.address,
      peerId: hexOf('-qB4650-abcdefghijkl'),
      client: expect.stringContaining('qBittorrent') as string,
      reserved: '0000000000100005',
      features: ['extension', 'DHT', 'fast'],
      roundTrip: expect.any(Number) as number,
    })
  })

  test('fails where nobody listens, and where the peer has another torrent', async () => {
    const { file } = testTorrent([])
    const refused = await bt(['handshake', file, `127.0.0.1:${await closedPort()}`])
    expect(refused).toMatchObject({ stdout: '', code: 5 })
    expect(refused.stderr).toMatch(/^bt: peer 127\.0\.0\.1:\d+: connection refused\n$/)
    const other = await scriptedPeer({ infoHash: Buffer.alloc(20, 7) })
    const wrong = await bt(['handshake', file, other.address])
    expect(wrong).toMatchObject({ stdout: '', code: 5 })
    expect(wrong.stderr).toContain('07'.repeat(20))
  })

  test('is wrong usage with something that is no address', async () => {
    const { stderr, code } = await bt(['handshake', testTorrent([]).hash, 'localhost'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/"localhost" is not a peer address/)
  })
})

describe('bt handshake without an address', () => {
  test('shakes hands with everyone that the trackers name, more than the limit of connections', async () => {
    const { info } = testTorrent([])
    const peers = await Promise.all(
      Array.from({ length: 80 }, (_, i) =>
        scriptedPeer({ infoHash: info.infoHash, peerId: `-TR3000-${String(i).padStart(12, '0')}` }),
      ),
    )
    const dead = `127.0.0.1:${await closedPort()}`
    const tracker = await fakeTracker({ interval: 60, peers: compact(dead, ...peers.map(({ address }) => address)) })
    const { file } = testTorrent([[tracker.url]])
    const { stdout, stderr, code } = await bt(['handshake', file])
    expect(code).toBe(0)
    const ids = [...stdout.matchAll(/^\S+ +Transmission 3\.00 +extension +[\d.]+ ms +Peer ID: ([0-9a-f]{40})$/gm)]
    const expected = peers.map((_, i) => hexOf(`-TR3000-${String(i).padStart(12, '0')}`))
    expect(new Set(ids.map(([, id]) => id))).toEqual(new Set(expected))
    expect(ids).toHaveLength(80)
    expect(stderr).toMatch(/^peer 127\.0\.0\.1:\d+: connection refused\n80 of 81 peers shook hands\n$/)
    for (const peer of peers) expect(peer.messages).toEqual([])
  })

  test('takes the peers of a magnet link too, and names failures in JSON', async () => {
    const { info, magnet } = testTorrent([])
    const peer = await scriptedPeer({ infoHash: info.infoHash })
    const dead = `127.0.0.1:${await closedPort()}`
    const document = await btJson(['handshake', `${magnet}&x.pe=${peer.address}&x.pe=${dead}`])
    expect(document).toMatchObject({
      peers: [{ address: peer.address, features: ['extension'] }],
      failed: [{ address: dead, error: { code: 'PEER_UNREACHABLE' } }],
    })
  })

  test('fails where none shakes hands, and where there is nobody', async () => {
    const [one, two] = [await closedPort(), await closedPort()]
    const tracker = await fakeTracker({ interval: 60, peers: compact(`127.0.0.1:${one}`, `127.0.0.1:${two}`) })
    const none = await bt(['handshake', testTorrent([[tracker.url]]).file])
    expect(none).toMatchObject({ stdout: '', code: 5 })
    expect(none.stderr).toMatch(/^bt: 2 peers were tried, and none would do; .*connection refused\n$/)
    const empty = await fakeTracker({ interval: 60, peers: compact() })
    expect(await bt(['handshake', testTorrent([[empty.url]]).file])).toMatchObject({ stdout: '', code: 5 })
  })

  test('fails as the tracker does where that is the only way to peers', async () => {
    const tracker = await fakeTracker({ 'failure reason': 'go away' })
    const { stderr, code } = await bt(['handshake', testTorrent([[tracker.url]]).file])
    expect(code).toBe(4)
    expect(stderr).toContain('go away')
  })
})
