// A torrent of which nothing is known yet but its info-hash, and the moment in which that changes.
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { sharedBytes } from '../../src/lib/base/bytes.ts'
import { Torrent } from '../../src/lib/swarm/torrent.ts'
import { bitfieldOf, seeded } from '../picker/support.ts'
import { handshake, HASH, message, OURS, sent, uint32 } from '../wire/support.ts'
import { addressOf, infoOf } from './support.ts'

const HAVE = 4
const BITFIELD = 5
const HAVE_NONE = 15

function newTorrent(): Torrent {
  return new Torrent({ infoHash: HASH, peerId: OURS, random: seeded(1), port: 0, extensions: [], client: 'test' })
}

describe('Torrent', () => {
  it('can be told before it starts what only matters after', () => {
    const torrent = newTorrent()
    const piece = sharedBytes(16_384)
    torrent.pieceStored(0, piece, 0)
    torrent.pieceMismatched(0, piece, 0)
    torrent.pieceLost(0, 0)
    torrent.piecesReleased([0], 0)
    torrent.served(1, [], undefined, 0)
    torrent.focus([{ first: 0, end: 1 }], 0)
    expect([torrent.takeActions(), torrent.have, torrent.bufferedBytes, torrent.complete]).toEqual([
      [],
      undefined,
      0,
      false,
    ])
    expect(() => torrent.start(new Bitfield(1), Bitfield.full(1), 0)).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    )
  })

  it('tells a peer that shakes hands later what it has, and no other, when it starts', () => {
    const torrent = newTorrent()
    torrent.addPeers([addressOf(1), addressOf(2)], 'test', 0)
    const [one = -1, two = -1] = torrent.takeActions().flatMap(action => (action.type === 'dial' ? [action.key] : []))
    for (const key of [one, two]) torrent.connected(key, 0)
    const said = (key: number): Uint8Array => {
      const connection = torrent.peers.get(key)?.connection
      return connection === undefined ? new Uint8Array() : sent(connection)
    }
    for (const key of [one, two]) said(key)
    torrent.receive(one, handshake(HASH, new Uint8Array(20).fill(101), false, true), 0)
    expect(said(one)).toEqual(message(HAVE_NONE))
    torrent.setInfo(infoOf(3, 16_384))
    torrent.start(bitfieldOf(3, [1]), Bitfield.full(3), 0)
    expect(said(one)).toEqual(message(HAVE, uint32(1)))
    expect(said(two)).toEqual(new Uint8Array())
    torrent.receive(two, handshake(HASH, new Uint8Array(20).fill(102), false, true), 0)
    expect(said(two)).toEqual(message(BITFIELD, 0b0100_0000))
  })
})
