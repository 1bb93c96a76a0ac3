import { describe, expect, test } from 'vitest'
import { hex } from '../../src/lib/base/bytes.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import { closedPort } from './support/closed-port.ts'
import { compact, fakeTracker } from './support/fake-tracker.ts'
import { bt, btJson } from './support/run-bt.ts'
import { type PeerScript, scriptedPeer } from './support/scripted-peer.ts'
import { testTorrent } from './support/torrents.ts'

describe('bt magnet_handshake', () => {
  test('prints the peer id and the id for metadata messages, and sends two handshakes only', async () => {
    const { info, hash } = testTorrent([])
    const script = { infoHash: info.infoHash, peerId: '-TR3000-abcdefghijkl', metadataId: 123 }
    const peer = await scriptedPeer({ ...script, bitfield: Buffer.of(0xe0) })
    const tracker = await fakeTracker({ interval: 60, peers: compact(peer.address) })
    const { stdout, code } = await bt(['magnet_handshake', testTorrent([[tracker.url]]).magnet])
    const peerId = Buffer.from('-TR3000-abcdefghijkl').toString('hex')
    expect({ stdout, code }).toEqual({ stdout: `Peer ID: ${peerId}\nPeer Metadata Extension ID: 123\n`, code: 0 })
    expect(hex(peer.handshakes[0]?.subarray(20, 28) ?? Buffer.of())).toBe('0000000000100000')
    expect(hex(peer.handshakes[0]?.subarray(28, 48) ?? Buffer.of())).toBe(hash)
    const handshake = Buffer.concat([Buffer.of(0), encode({ m: { ut_metadata: 1 } })])
    expect(peer.messages.map(({ id, payload }) => [id, hex(payload)])).toEqual([[20, hex(handshake)]])
    expect(new URLSearchParams(tracker.queries[0]).get('left')).toBe('1')
  })

  test('goes by the dead and by those without metadata to the first that serves it', async () => {
    const { info, magnet } = testTorrent([])
    const { infoHash } = info
    const plain = await scriptedPeer({ infoHash, reserved: '0000000000000000' })
    const without = await scriptedPeer({ infoHash, metadataId: 0 })
    const good = await scriptedPeer({ infoHash, metadataId: 3 })
    const dead = `127.0.0.1:${await closedPort()}`
    const peers = [dead, plain.address, without.address, good.address].map(address => `&x.pe=${address}`)
    const document = await btJson(['magnet_handshake', magnet + peers.join('')])
    expect(document).toMatchObject({ address: good.address, metadataExtensionId: 3, features: ['extension'] })
    expect(plain.messages).toEqual([]) // it did not set the bit
  })

  test('asks no tracker where a peer is named', async () => {
    const { info } = testTorrent([])
    const tracker = await fakeTracker({ interval: 60, peers: compact() })
    const peer = await scriptedPeer({ infoHash: info.infoHash, metadataId: 9 })
    const { stdout } = await bt(['magnet_handshake', testTorrent([[tracker.url]]).magnet, '--peer', peer.address])
    expect(stdout).toContain('Peer Metadata Extension ID: 9\n')
    expect(tracker.queries).toEqual([])
  })

  test('fails where a peer does not serve metadata, does not know extensions, or is not there', async () => {
    const { info, magnet } = testTorrent([])
    const without = await scriptedPeer({ infoHash: info.infoHash, metadataId: 0 })
    const plain = await scriptedPeer({ infoHash: info.infoHash, reserved: '0000000000000000' })
    const unserved = await bt(['magnet_handshake', magnet, '--peer', without.address])
    expect(unserved).toMatchObject({ stdout: '', code: 5 })
    expect(unserved.stderr).toMatch(/does not serve metadata/)
    const unextended = await bt(['magnet_handshake', magnet, '--peer', plain.address])
    expect(unextended).toMatchObject({ stdout: '', code: 5 })
    expect(unextended.stderr).toMatch(/does not speak the extension protocol/)
    expect(await bt(['magnet_handshake', magnet])).toMatchObject({ stdout: '', code: 4 }) // no tracker, no peer
  })

  test('leaves a peer that sends keep-alives without end, at once', async () => {
    const { info, magnet } = testTorrent([])
    const keepAlives = Buffer.alloc(100_000)
    const onMessage: PeerScript['onMessage'] = (_message, _reply, socket) => {
      const flood = (): void => void socket.write(keepAlives, error => error ?? flood())
      flood()
    }
    const peer = await scriptedPeer({ infoHash: info.infoHash, onMessage })
    const { stdout, stderr, code } = await bt(['magnet_handshake', magnet, '--peer', peer.address])
    expect({ stdout, code }).toEqual({ stdout: '', code: 5 })
    expect(stderr).toBe(`bt: peer ${peer.address}: it sent too many messages before the one that was waited for\n`)
  })
})
