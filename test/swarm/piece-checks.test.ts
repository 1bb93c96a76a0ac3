import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'
import { BLOCK_LENGTH } from '../../src/lib/metainfo/block.ts'
import { Downloads, type WholePiece } from '../../src/lib/swarm/downloads.ts'
import { MAX_BAD_BYTES } from '../../src/lib/swarm/limits.ts'
import { Outbox } from '../../src/lib/swarm/outbox.ts'
import type { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { PieceChecks } from '../../src/lib/swarm/piece-checks.ts'
import { Roster } from '../../src/lib/swarm/roster.ts'
import { TorrentStats } from '../../src/lib/swarm/stats.ts'
import { seeded } from '../picker/support.ts'
import { OURS } from '../wire/support.ts'
import { alertsOf, peerWith } from './support.ts'

/** Pieces of this length; each peer is one of the swarm, and has all. */
function setUp(pieceLength: number, pieces: number, ...peers: readonly SwarmPeer[]) {
  const outbox = new Outbox()
  const roster = new Roster({ outbox, maxConnections: 9, peerId: OURS, port: 0, complete: () => false })
  const stats = new TorrentStats()
  const dropped: string[] = []
  const checks = new PieceChecks({
    outbox,
    roster,
    stats,
    drop: (peer, reason) => dropped.push(`${peer.key} ${reason}`),
  })
  for (const peer of peers) roster.peers.set(peer.key, peer)
  const layout = new PieceLayout(pieces * pieceLength, pieceLength)
  const downloads = new Downloads({
    layout,
    have: new Bitfield(pieces),
    wanted: Bitfield.full(pieces),
    random: seeded(1),
    outbox,
    peers: roster.peers,
  })
  for (const peer of peers) downloads.join(peer)
  /** Every block that is asked for comes, filled with this, from whoever is asked. @returns the whole pieces */
  const deliver = (fill: number): WholePiece[] => {
    const whole: WholePiece[] = []
    for (let progress = true; progress;) {
      progress = false
      for (const peer of peers) {
        downloads.refill(peer, 0)
        for (let piece = 0; piece < pieces; piece++) {
          for (let n = 0; n * BLOCK_LENGTH < pieceLength; n++) {
            const block = layout.block(piece, n)
            const target = downloads.target(peer, block)
            if (target === undefined) continue
            target.fill(fill)
            const outcome = downloads.receive(peer, block, true, 0)
            progress = true
            if (typeof outcome === 'object') whole.push(outcome)
          }
        }
      }
    }
    return whole
  }
  return { outbox, checks, downloads, stats, dropped, deliver }
}

describe('PieceChecks', () => {
  it('takes a result for what it is only while the piece is out', () => {
    const peer = peerWith(1, 1, [0])
    const { checks, downloads, outbox, stats, deliver } = setUp(BLOCK_LENGTH, 1, peer)
    const [whole] = deliver(7)
    if (whole === undefined) throw new Error('no piece')
    expect(checks.stored(whole, downloads, 0)).toBe(false)
    expect(checks.mismatched(whole, downloads, 0)).toBe(false)
    expect([downloads.have.count, stats.wasted, alertsOf(outbox)]).toEqual([0, 0, []])
    checks.begin(whole)
    expect(checks.stored(whole, downloads, 0)).toBe(true)
    expect(checks.stored(whole, downloads, 0)).toBe(false)
    expect(downloads.have.count).toBe(1)
  })

  it('bans who sent all of a bad piece, and drops it where it is still there', () => {
    const peer = peerWith(1, 1, [0])
    const { checks, downloads, outbox, stats, dropped, deliver } = setUp(BLOCK_LENGTH, 1, peer)
    const [whole] = deliver(7)
    if (whole === undefined) throw new Error('no piece')
    checks.begin(whole)
    expect(checks.mismatched(whole, downloads, 0)).toBe(true)
    expect(stats.wasted).toBe(BLOCK_LENGTH)
    expect(dropped).toEqual(['1 bad-piece'])
    expect(alertsOf(outbox).map(({ type }) => type)).toEqual(['pieceRejected', 'peerBanned'])
  })

  it('has a bad piece of several come from one, where there is no room to keep it until a copy is right', () => {
    const { checks, downloads, dropped, deliver } = setUp(
      MAX_BAD_BYTES,
      2,
      peerWith(1, 2, [0, 1]),
      peerWith(2, 2, [0, 1]),
    )
    const senders = (piece: number): number => new Set(downloads.sendersOf(piece)).size
    const bad = deliver(7)
    expect(bad.map(({ piece }) => senders(piece))).toEqual([2, 2])
    for (const whole of bad) {
      checks.begin(whole)
      checks.mismatched(whole, downloads, 0)
    }
    expect(dropped).toEqual([])
    const right = deliver(8)
    expect(right.map(({ piece }) => piece).sort((a, b) => a - b)).toEqual([0, 1])
    expect(senders(bad[1]?.piece ?? 0)).toBe(1)
    for (const whole of right) {
      checks.begin(whole)
      checks.stored(whole, downloads, 0)
    }
    // Both sent wrong blocks of the piece that was kept.
    expect(dropped.toSorted()).toEqual(['1 bad-piece', '2 bad-piece'])
  })

  it('bans nobody for a piece whose senders it has forgotten', () => {
    const peer = peerWith(1, 1, [0])
    const { checks, downloads, outbox, dropped, deliver } = setUp(BLOCK_LENGTH, 1)
    const swarm = setUp(BLOCK_LENGTH, 1, peer)
    const [whole] = swarm.deliver(7)
    if (whole === undefined || deliver(7).length > 0) throw new Error('only one of them has a peer')
    checks.begin(whole)
    expect(checks.mismatched(whole, downloads, 0)).toBe(true)
    expect(alertsOf(outbox)).toEqual([{ type: 'pieceRejected', piece: 0, from: [] }])
    expect(dropped).toEqual([])
  })
})
