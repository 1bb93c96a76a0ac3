import { describe, expect, it } from 'vitest'
import { decode } from '../../src/lib/bencode/decode.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import type { ExtensionPeer, ExtensionTorrent, WireExtension } from '../../src/lib/plugin/api.ts'
import { ExtensionHub, type ExtensionHost } from '../../src/lib/swarm/extension-hub.ts'
import { ADVERTISED_REQUEST_QUEUE } from '../../src/lib/swarm/limits.ts'
import { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { parseExtendedHandshake } from '../../src/lib/wire/extended.ts'
import { bytes, HASH, message, opened, sent } from '../wire/support.ts'

function setUp(changes: Partial<WireExtension> = {}) {
  const calls: unknown[] = []
  const host: ExtensionHost = {
    infoHash: HASH,
    metadata: () => Uint8Array.of(1, 2),
    offerMetadata: raw => raw.length > 0,
    addPeers: (peers, source) => calls.push(['addPeers', peers.length, source]),
    touch: () => calls.push('touch'),
    warn: text => calls.push(['warn', text]),
    core: () => undefined,
    uploadOnly: () => false,
    dropPeer: (_peer, reason, ban) => calls.push(['drop', reason, ban]),
  }
  let torrent: ExtensionTorrent | undefined
  let remote: ExtensionPeer | undefined
  const extension: WireExtension = {
    name: 'ut_test',
    open: opened => {
      torrent = opened
      return {
        connect: peer => {
          remote = peer
          return { onHandshake: () => undefined, onMessage: () => undefined }
        },
      }
    },
    ...changes,
  }
  const hub = new ExtensionHub([extension], host)
  const greet = (initiator: 'us' | 'them', port: number): SwarmPeer => {
    const peer = new SwarmPeer(1, { host: '52.1.2.3', port: 9 }, initiator)
    peer.connection = opened()
    hub.greet(peer, 'bt test', port)
    return peer
  }
  const view = (): { torrent: ExtensionTorrent; remote: ExtensionPeer } => {
    if (torrent === undefined || remote === undefined) throw new Error('not opened')
    return { torrent, remote }
  }
  return { calls, greet, view }
}

/** The dictionary of the extension handshake that waits to be sent. */
function greeting(peer: SwarmPeer): Uint8Array {
  return peer.connection === undefined ? new Uint8Array() : sent(peer.connection).subarray(6)
}

describe('ExtensionHub', () => {
  it('greets with its name, its queue, the peer’s address as it sees it, and its port where that is news', () => {
    const { greet } = setUp()
    const own = { m: { ut_test: 1 }, v: 'bt test', reqq: ADVERTISED_REQUEST_QUEUE, yourip: Uint8Array.of(52, 1, 2, 3) }
    expect(encode(decode(greeting(greet('us', 7000))))).toEqual(encode({ ...own, p: 7000 }))
    expect(encode(decode(greeting(greet('them', 7000))))).toEqual(encode(own))
    expect(encode(decode(greeting(greet('us', 0))))).toEqual(encode(own))
  })

  it('sends under the number that the peer gave, once it has', () => {
    const { calls, greet, view } = setUp()
    const peer = greet('us', 0)
    const { remote } = view()
    expect(remote.send(Uint8Array.of(7))).toBe(false)
    expect(calls).toEqual([])
    const theirs = parseExtendedHandshake(encode({ m: { ut_test: 33 } }))
    if (theirs === undefined) throw new Error('not a handshake')
    peer.extensions?.onHandshake(theirs, 0)
    greeting(peer)
    expect(remote.send(Uint8Array.of(7))).toBe(true)
    expect(peer.connection && sent(peer.connection)).toEqual(bytes(message(20, 33, 7)))
    expect(calls).toEqual(['touch'])
    peer.connection?.close('local', 'done')
    expect(remote.send(Uint8Array.of(7))).toBe(false)
  })

  it('says once of an extension that it fails, however many peers there are', () => {
    const { calls, greet } = setUp({
      open: () => ({
        connect: () => {
          throw new Error('broken')
        },
      }),
    })
    for (let n = 0; n < 3; n++) greet('them', 0)
    expect(calls).toEqual([['warn', expect.stringMatching(/ut_test failed .*broken/)]])
  })

  it('lets an extension reach what it may', () => {
    const { calls, greet, view } = setUp()
    greet('us', 0)
    const { torrent, remote } = view()
    expect(torrent.infoHash).toBe(HASH)
    expect(torrent.metadata()).toEqual(Uint8Array.of(1, 2))
    expect([torrent.offerMetadata(Uint8Array.of(1)), torrent.offerMetadata(new Uint8Array())]).toEqual([true, false])
    torrent.addPeers([{ host: '52.0.0.1', port: 1 }])
    remote.close('rude')
    remote.close('harmful', { ban: true })
    expect(calls).toEqual([
      ['addPeers', 1, 'ut_test'],
      ['drop', 'rude', false],
      ['drop', 'harmful', true],
    ])
  })
})
