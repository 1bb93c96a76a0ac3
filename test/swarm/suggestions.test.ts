import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { Outbox } from '../../src/lib/swarm/outbox.ts'
import type { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { Suggestions } from '../../src/lib/swarm/suggestions.ts'
import { seeded } from '../picker/support.ts'
import { message, sent } from '../wire/support.ts'
import { peerWith } from './support.ts'

const PIECES = 6
const SUGGEST = 13

/** Peers that we serve, and how many peers have each piece. */
function setUp(count: number, { have = Bitfield.full(PIECES), fast = true } = {}) {
  const peers = Array.from({ length: count }, (_, index) => {
    const peer = peerWith(index + 1, PIECES, [], fast)
    peer.connection?.receive(message(2), 0)
    peer.connection?.unchoke(0)
    return peer
  })
  for (const peer of peers) suggested(peer)
  const copies = Array<number>(PIECES).fill(0)
  const suggestions = new Suggestions({
    have,
    pieceLength: 1_048_576,
    copies: piece => copies[piece] ?? 0,
    peers: new Map(peers.map(peer => [peer.key, peer])),
    outbox: new Outbox(),
    random: seeded(1),
  })
  return { peers, copies, suggestions }
}

/** The pieces that were suggested since the last look. */
function suggested(peer: SwarmPeer | undefined): number[] {
  const bytes = peer?.connection === undefined ? new Uint8Array() : sent(peer.connection)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pieces: number[] = []
  for (let at = 0; at < bytes.length; at += 4 + view.getUint32(at)) {
    if (bytes[at + 4] === SUGGEST) pieces.push(view.getUint32(at + 5))
  }
  return pieces
}

describe('Suggestions (BEP 6)', () => {
  it('promises a piece to one peer at a time, and only while nobody has it', () => {
    const { peers, copies, suggestions } = setUp(2)
    copies[3] = 1
    suggestions.round(0)
    const all = peers.flatMap(peer => suggested(peer))
    expect(all).toHaveLength(4)
    expect(new Set(all).size).toBe(4)
    expect(all).not.toContain(3)
  })

  it('suggests the next once one is asked for, and none that somebody asked for by himself', () => {
    const { peers, suggestions } = setUp(2)
    suggestions.round(0)
    const [first, second] = peers.map(peer => suggested(peer))
    const left = [...Array(PIECES).keys()].filter(piece => !first?.includes(piece) && !second?.includes(piece))
    const [taken = -1, other = -1] = left
    for (const peer of peers.slice(1)) suggestions.asked(peer, taken, 0)
    for (const peer of peers.slice(0, 1)) suggestions.asked(peer, first?.[0] ?? -1, 0)
    expect(suggested(peers[0])).toEqual([other])
    for (const peer of peers.slice(0, 1)) suggestions.asked(peer, other, 0)
    expect(suggested(peers[0])).toEqual([])
  })

  it('gives what a choked peer was to get to another', () => {
    const { peers, suggestions } = setUp(3)
    suggestions.round(0)
    const [lost, other] = peers.map(peer => suggested(peer))
    const [leaver, stayer] = peers
    if (leaver === undefined || stayer === undefined) throw new Error('three peers')
    suggestions.leave(leaver)
    leaver.connection?.choke(0)
    for (const piece of other ?? []) expect(lost).not.toContain(piece)
    for (const piece of suggested(stayer)) expect(lost).toContain(piece)
    suggestions.asked(stayer, other?.[0] ?? -1, 0)
    suggestions.asked(stayer, other?.[1] ?? -1, 0)
    expect(new Set(suggested(stayer))).toEqual(new Set(lost))
  })

  it('leaves what a choked peer has begun to it, as long as there is anything else', () => {
    const { peers, suggestions } = setUp(2)
    suggestions.round(0)
    const [begun = -1] = suggested(peers[0])
    const [first, second] = peers
    if (first === undefined || second === undefined) throw new Error('two peers')
    suggestions.asked(first, begun, 0)
    suggested(second)
    first.connection?.choke(0)
    suggestions.choked(first)
    const others = [...Array(PIECES).keys()].filter(piece => piece !== begun)
    for (const piece of others) suggestions.asked(second, piece, 0)
    expect(suggested(second)).not.toContain(begun)
    suggestions.round(10_000)
    expect(suggested(second)).toEqual([begun])
  })

  it('looks again, in the next round, for what nobody has any more', () => {
    const { peers, copies, suggestions } = setUp(2)
    copies.fill(1)
    suggestions.round(0)
    expect(peers.flatMap(peer => suggested(peer))).toEqual([])
    copies[4] = 0
    suggestions.round(10_000)
    expect(peers.flatMap(peer => suggested(peer))).toEqual([4])
  })

  it.each([
    ['to a lone peer', 1, {}],
    ['of who has not everything', 2, { have: new Bitfield(PIECES) }],
    ['to who does not speak BEP 6', 2, { fast: false }],
  ])('makes none %s', (_, count, options) => {
    const { peers, suggestions } = setUp(count, options)
    suggestions.round(0)
    expect(peers.flatMap(peer => suggested(peer))).toEqual([])
  })
})
