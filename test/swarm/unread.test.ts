// What is sent to a peer that reads nothing.
import { expect, it } from 'vitest'
import type { ExtensionPeer, WireExtension } from '../../src/lib/plugin/api.ts'
import { MAX_UNREAD_BYTES, UNREAD_TIMEOUT } from '../../src/lib/swarm/limits.ts'
import { Torrent } from '../../src/lib/swarm/torrent.ts'
import { bytes, handshake, HASH, message, OURS, sent } from '../wire/support.ts'
import { seeded } from '../picker/support.ts'
import { addressOf } from './support.ts'

const MEBIBYTE = 1_048_576

function setUp() {
  const speaking: ExtensionPeer[] = []
  const extension: WireExtension = {
    name: 'ut_much',
    open: () => ({
      connect: peer => {
        speaking.push(peer)
        return { onHandshake: () => undefined, onMessage: () => undefined }
      },
    }),
  }
  const options = { infoHash: HASH, peerId: OURS, random: seeded(1), port: 0, client: 'test' }
  const torrent = new Torrent({ ...options, extensions: [extension] })
  torrent.addPeers([addressOf(1)], 'test', 0)
  const key = [...torrent.peers.keys()][0] ?? 0
  torrent.connected(key, 0)
  torrent.receive(key, handshake(), 0)
  torrent.receive(key, message(20, 0, bytes('d1:md7:ut_muchi1eee')), 0)
  const { connection } = torrent.peers.get(key) ?? {}
  if (connection === undefined) throw new Error('connected')
  sent(connection)
  const send = (mebibytes: number): void => {
    for (let n = 0; n < 4 * mebibytes; n++) speaking[0]?.send(new Uint8Array(MEBIBYTE / 4))
  }
  /** The peer is alive all the time. */
  const pass = (from: number, to: number): void => {
    for (let now = from; now <= to; now += 500) {
      torrent.receive(key, new Uint8Array(4), now)
      torrent.handleTimeout(now)
    }
  }
  const drops = (): string[] =>
    torrent
      .takeActions()
      .flatMap(action =>
        action.type === 'alert' && action.alert.type === 'peerDisconnected' ? [action.alert.reason] : [],
      )
  return { torrent, key, connection, send, pass, drops }
}

it('may be much, but not for more than a minute', () => {
  const { connection, send, pass, drops } = setUp()
  send(9)
  expect(connection.queuedBytes).toBeGreaterThan(MAX_UNREAD_BYTES)
  pass(500, UNREAD_TIMEOUT - 500)
  expect(drops()).toEqual([])
  pass(UNREAD_TIMEOUT, UNREAD_TIMEOUT)
  expect(drops()).toEqual(['not-reading'])
})

it('may wait as long as it is little, or some of it is read', () => {
  const little = setUp()
  little.send(7)
  little.pass(500, 100_000)
  expect(little.drops()).toEqual([])
  const slow = setUp()
  slow.send(10)
  slow.pass(500, UNREAD_TIMEOUT - 500)
  slow.connection.pollTransmit()
  slow.torrent.drained(slow.key, UNREAD_TIMEOUT - 500)
  slow.pass(UNREAD_TIMEOUT, 2 * UNREAD_TIMEOUT - 1000)
  expect(slow.drops()).toEqual([])
})
