import { describe, expect, it } from 'vitest'
import { MAX_PIECES } from '../../src/lib/metainfo/limits.ts'
import { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { addressOf } from './support.ts'

/** What it has, of so many pieces, once their number is known; undefined: what it said does not fit. */
function learned(peer: SwarmPeer, count: number): readonly number[] | undefined {
  return peer.learnPieceCount(count) ? [...(peer.has?.indices() ?? [])] : undefined
}

function newPeer(): SwarmPeer {
  return new SwarmPeer(1, addressOf(1), 'us')
}

describe('what a peer says of its pieces before their number is known', () => {
  it('is kept: its bitfield, and what came to it', () => {
    const peer = newPeer()
    peer.earlyBitfield = Uint8Array.of(0b1000_0000)
    peer.earlyHave(2)
    expect([peer.saidToHave(2), peer.saidToHave(1)]).toEqual([true, false])
    expect(learned(peer, 8)).toEqual([0, 2])
    expect([peer.saidToHave(0), peer.saidToHave(1)]).toEqual([true, false])
    expect([peer.earlyBitfield, peer.earlyHaves]).toEqual([undefined, undefined])
  })

  it('is no more than that it has all, where it said so', () => {
    const peer = newPeer()
    peer.earlyBitfield = 'all'
    peer.earlyHave(1)
    expect(peer.earlyHaves).toBeUndefined()
    expect(peer.saidToHave(5)).toBe(true)
    expect(learned(peer, 3)).toEqual([0, 1, 2])
    expect(peer.isSeed).toBe(true)
  })

  it('does not fit where a piece is beyond their number', () => {
    const peer = newPeer()
    peer.earlyHave(3)
    expect(learned(peer, 3)).toBeUndefined()
    expect(peer.has).toBeUndefined()
  })

  it('takes no more memory than a bit for each piece that there can be', () => {
    const peer = newPeer()
    peer.earlyHave(MAX_PIECES - 1)
    peer.earlyHave(MAX_PIECES)
    peer.earlyHave(2 ** 32 - 1)
    expect([...(peer.earlyHaves?.indices() ?? [])]).toEqual([MAX_PIECES - 1])
  })
})
