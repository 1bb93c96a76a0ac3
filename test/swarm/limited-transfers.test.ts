// Uploads and Downloads under a limit of a block a second.
import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { BLOCK_LENGTH, type Block } from '../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'
import { Choker } from '../../src/lib/swarm/choker.ts'
import { Downloads } from '../../src/lib/swarm/downloads.ts'
import { FastGrants } from '../../src/lib/swarm/fast-grants.ts'
import { Outbox } from '../../src/lib/swarm/outbox.ts'
import type { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { RateLimit } from '../../src/lib/swarm/rate-limit.ts'
import { Uploads } from '../../src/lib/swarm/uploads.ts'
import { frameRun, runLength } from '../../src/lib/wire/block-run.ts'
import { layoutOf, seeded } from '../picker/support.ts'
import { HASH, message, sent } from '../wire/support.ts'
import { peerWith, queued } from './support.ts'

const PIECES = 8
const LAYOUT = new PieceLayout(PIECES * 64 * BLOCK_LENGTH, 64 * BLOCK_LENGTH)

function uploading() {
  const peer = peerWith(1, PIECES, [])
  const outbox = new Outbox()
  const uploads = new Uploads({
    choker: new Choker({ slots: 4, random: seeded(1) }),
    grants: new FastGrants(LAYOUT, HASH),
    outbox,
    peers: new Map([[peer.key, peer]]),
    have: Bitfield.full(PIECES),
    layout: LAYOUT,
  })
  peer.connection?.receive(message(2), 0)
  uploads.rechoke(0, true)
  if (peer.connection) sent(peer.connection)
  uploads.limit([new RateLimit(BLOCK_LENGTH, 0)], 0)
  for (let n = 0; n < 64; n++) uploads.request(peer, LAYOUT.block(0, n), 0)
  /** What is to be read, which is read at once. */
  const serve = (now: number): number => {
    let count = 0
    for (const action of outbox.takeActions()) {
      if (action.type !== 'serve') continue
      count += action.blocks.length
      const run = new Uint8Array(runLength(action.blocks))
      frameRun(action.blocks, run)
      uploads.served(peer, action.blocks, run, now)
    }
    return count
  }
  return { peer, uploads, serve }
}

describe('Uploads under a limit', () => {
  it('reads a block when it may go, not before', () => {
    const { peer, uploads, serve } = uploading()
    uploads.serve(peer, 0)
    expect([serve(0), uploads.laneDeadline]).toEqual([0, 1000])
    uploads.handleLane(999)
    expect(serve(999)).toBe(0)
    uploads.handleLane(1000)
    expect([serve(1000), peer.wants.length]).toEqual([1, 63])
  })

  it('gives no more than a second of it to a peer that takes nothing', () => {
    const { peer, uploads, serve } = uploading()
    let given = 0
    for (let now = 0; now <= 60_000; now += 500) {
      uploads.serve(peer, now)
      uploads.handleLane(now)
      given += serve(now)
    }
    expect(given).toBe(1)
    if (peer.connection) sent(peer.connection)
    uploads.serve(peer, 60_000)
    expect(serve(60_000)).toBe(1)
  })

  it('has back what was read for a peer that was choked meanwhile', () => {
    const { peer, uploads, serve } = uploading()
    uploads.serve(peer, 0)
    uploads.handleLane(1000)
    peer.connection?.choke(1000)
    serve(1000)
    peer.connection?.unchoke(1000)
    let given = 0
    for (let n = 0; n < 3; n++) {
      uploads.serve(peer, 2000)
      given += serve(2000)
      if (peer.connection) sent(peer.connection)
    }
    expect(given).toBe(2)
  })

  it('forgets a peer that leaves, and goes as fast as it can once there is no limit', () => {
    const { peer, uploads, serve } = uploading()
    uploads.serve(peer, 0)
    uploads.leave(peer)
    expect(uploads.laneDeadline).toBe(Infinity)
    uploads.limit([], 0)
    expect(serve(0)).toBeGreaterThan(4)
  })
})

function downloading(...peers: readonly SwarmPeer[]) {
  const layout = layoutOf(PIECES, 4)
  const downloads = new Downloads({
    layout,
    have: new Bitfield(PIECES),
    wanted: Bitfield.full(PIECES),
    random: seeded(1),
    outbox: new Outbox(),
    peers: new Map(peers.map(peer => [peer.key, peer])),
  })
  for (const peer of peers) downloads.join(peer)
  downloads.limit([new RateLimit(BLOCK_LENGTH, 0)], 0)
  const deliver = (peer: SwarmPeer, block: Block, now: number) =>
    downloads.receive(peer, block, downloads.target(peer, block) !== undefined, now)
  return { downloads, deliver }
}

const ALL = [...Array(PIECES).keys()]

describe('Downloads under a limit', () => {
  it('asks for a block when it may come, of each peer in turn', () => {
    const [a, b] = [peerWith(1, PIECES, ALL), peerWith(2, PIECES, ALL)]
    const { downloads, deliver } = downloading(a, b)
    expect([a.outstanding, b.outstanding, downloads.laneDeadline]).toEqual([0, 0, 1000])
    expect(downloads.refill(a, 999)).toBe('nothing')
    for (let now = 1000; now <= 8000; now += 1000) {
      downloads.handleLane(now)
      for (const peer of [a, b]) for (const block of queued(peer, 6)) deliver(peer, block, now)
    }
    expect([a.download.total, b.download.total]).toEqual([4 * BLOCK_LENGTH, 4 * BLOCK_LENGTH])
    expect(downloads.refill(a, 9000)).toBe('asked')
  })

  it('lets no peer owe more than a second of it, but two blocks', () => {
    const peer = peerWith(1, PIECES, ALL)
    const { downloads } = downloading(peer)
    for (let now = 0; now <= 20_000; now += 500) downloads.handleLane(now)
    expect(peer.outstanding).toBe(2)
    expect(downloads.laneDeadline).toBe(Infinity)
  })

  it('asks others at once for what a peer owes that chokes us', () => {
    const [a, b] = [peerWith(1, PIECES, ALL), peerWith(2, PIECES, ALL)]
    const { downloads } = downloading(a)
    downloads.handleLane(1000)
    expect(a.outstanding).toBe(1)
    downloads.join(b)
    a.connection?.receive(message(0), 1000)
    downloads.giveBack(a)
    downloads.leave(a)
    expect(downloads.refill(b, 1000)).toBe('asked')
    expect(b.outstanding).toBe(1)
  })

  it('counts what nobody asked for, too', () => {
    const peer = peerWith(1, PIECES, ALL)
    const { downloads, deliver } = downloading()
    for (let n = 0; n < 4; n++) expect(deliver(peer, { piece: 0, offset: 0, length: BLOCK_LENGTH }, 0)).toBe('unwanted')
    downloads.refill(peer, 0)
    expect(downloads.laneDeadline).toBe(4000)
  })
})
