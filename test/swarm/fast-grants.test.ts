import { describe, expect, it } from 'vitest'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'
import { ALLOWED_FAST_SIZE, FastGrants } from '../../src/lib/swarm/fast-grants.ts'
import { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { bitfieldOf } from '../picker/support.ts'
import { HASH, openedFast, sent } from '../wire/support.ts'
import { peerWith } from './support.ts'

const PIECES = 1000
const LAYOUT = new PieceLayout(PIECES * 2 * BLOCK_LENGTH, 2 * BLOCK_LENGTH)
/** 9 bytes a message. */
const offered = (peer: SwarmPeer): number => (peer.connection === undefined ? 0 : sent(peer.connection).length / 9)

describe('FastGrants', () => {
  it('offers a set to a peer that has little, of pieces that it lacks, once', () => {
    const grants = new FastGrants(LAYOUT, HASH)
    const peer = peerWith(1, PIECES, [], true)
    grants.offer(peer)
    grants.offer(peer)
    expect(offered(peer)).toBe(ALLOWED_FAST_SIZE)
    const set = [...peer.fast.granted.keys()]
    const neighbour = peerWith(2, PIECES, [set[0] ?? 0, 1, 2], true)
    grants.offer(neighbour)
    expect([...neighbour.fast.granted.keys()]).toEqual(set.slice(1))
    expect(offered(neighbour)).toBe(ALLOWED_FAST_SIZE - 1)
  })

  it('offers nothing to who has more, is without BEP 6, or without an IPv4 address', () => {
    const grants = new FastGrants(LAYOUT, HASH)
    const sixth = new SwarmPeer(3, { host: '2001:db8::1', port: 1 }, 'us')
    sixth.connection = openedFast()
    sixth.has = bitfieldOf(PIECES, [])
    const early = new SwarmPeer(4, { host: '52.0.0.1', port: 1 }, 'us')
    early.connection = openedFast()
    for (const peer of [peerWith(1, PIECES, [1, 2, 3, 4, 5, 6], true), peerWith(2, PIECES, []), sixth, early]) {
      grants.offer(peer)
      expect([peer.fast.granted.size, offered(peer)]).toEqual([0, 0])
    }
  })

  it('grants each block of a set three times over, and nothing else', () => {
    const grants = new FastGrants(LAYOUT, HASH)
    grants.earn(1e9)
    const peer = peerWith(1, PIECES, [], true)
    grants.offer(peer)
    const [piece = -1] = peer.fast.granted.keys()
    const outcomes = Array.from({ length: 7 }, (_, n) => grants.take(peer, LAYOUT.block(piece, n % 2)))
    expect(outcomes).toEqual([...Array(6).fill('granted'), 'refused'])
    expect(grants.take(peer, LAYOUT.block((piece + 1) % PIECES, 0))).toBe('refused')
  })

  it('gives away one set, and after that a sixteenth of what is uploaded', () => {
    const grants = new FastGrants(LAYOUT, HASH)
    const peers = [1, 2, 3].map(key => peerWith(key, PIECES, [], true))
    const take = (): number => {
      let taken = 0
      for (const peer of peers) {
        for (const piece of peer.fast.granted.keys()) {
          for (const n of [0, 1]) if (grants.take(peer, LAYOUT.block(piece, n)) === 'granted') taken++
        }
      }
      return taken
    }
    for (const peer of peers) grants.offer(peer)
    expect(take()).toBe(2 * ALLOWED_FAST_SIZE)
    grants.earn(47 * BLOCK_LENGTH)
    expect([take(), take()]).toEqual([2, 0])
    grants.earn(BLOCK_LENGTH)
    expect(take()).toBe(1)
    // What is not taken is saved up to one set.
    grants.earn(1e12)
    expect(take()).toBe(2 * ALLOWED_FAST_SIZE)
  })
})
