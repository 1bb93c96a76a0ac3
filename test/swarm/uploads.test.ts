import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { BLOCK_LENGTH, type Block } from '../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'
import { Choker } from '../../src/lib/swarm/choker.ts'
import { MAX_QUEUED_UPLOADS, MAX_RUN_BLOCKS, MAX_UPLOAD_WINDOW, MIN_UPLOAD_WINDOW } from '../../src/lib/swarm/limits.ts'
import { Outbox } from '../../src/lib/swarm/outbox.ts'
import type { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { Uploads } from '../../src/lib/swarm/uploads.ts'
import { seeded } from '../picker/support.ts'
import { frameRun, runLength } from '../../src/lib/wire/block-run.ts'
import { message, sent } from '../wire/support.ts'
import { alertsOf, peerWith } from './support.ts'

const PIECES = 8
const LAYOUT = new PieceLayout(PIECES * 64 * BLOCK_LENGTH, 64 * BLOCK_LENGTH)

/** A peer that is interested and unchoked. */
function setUp(slots = 4, ...others: readonly SwarmPeer[]) {
  const peer = peerWith(1, PIECES, [])
  const outbox = new Outbox()
  const uploads = new Uploads({
    choker: new Choker({ slots, random: seeded(1) }),
    outbox,
    peers: new Map([peer, ...others].map(one => [one.key, one])),
    have: Bitfield.full(PIECES),
    layout: LAYOUT,
  })
  peer.connection?.receive(message(2), 0)
  uploads.rechoke(0, true)
  if (peer.connection) sent(peer.connection)
  const served = (): (readonly Block[])[] =>
    outbox.takeActions().flatMap(action => (action.type === 'serve' ? [action.blocks] : []))
  return { peer, outbox, uploads, served }
}

function ask(uploads: Uploads, peer: SwarmPeer, piece: number, ...blocks: readonly number[]): void {
  for (const n of blocks) expect(uploads.request(peer, LAYOUT.block(piece, n))).toBe('queued')
}

/** What the driver makes of a `serve`. */
function read(blocks: readonly Block[]): Uint8Array {
  const run = new Uint8Array(runLength(blocks))
  for (const gap of frameRun(blocks, run)) gap.fill(7)
  return run
}

describe('Uploads', () => {
  it('reads blocks together, in the order they were asked for', () => {
    const { peer, uploads, served } = setUp()
    ask(uploads, peer, 0, 0, 1)
    ask(uploads, peer, 1, 8)
    uploads.serve(peer, 0)
    expect(served()).toEqual([[LAYOUT.block(0, 0), LAYOUT.block(0, 1), LAYOUT.block(1, 8)]])
    expect(peer.serving).toBe(3 * BLOCK_LENGTH)
    expect(peer.wants).toEqual([])
  })

  it('reads half of what it may at once, and no further ahead than it may', () => {
    const { peer, uploads, served } = setUp()
    ask(uploads, peer, 0, ...Array(64).keys())
    uploads.serve(peer, 0)
    const runs = served()
    const half = MIN_UPLOAD_WINDOW / 2
    expect(runs.map(run => run.length * BLOCK_LENGTH)).toEqual([half, half])
    // The bytes come and wait in the connection: still no room.
    const [first = []] = runs
    uploads.served(peer, first, read(first), 0)
    uploads.serve(peer, 0)
    expect(served()).toEqual([])
    if (peer.connection) sent(peer.connection)
    uploads.serve(peer, 0)
    expect(served()).toHaveLength(1)
  })

  it('reads further ahead for who takes it faster, within limits', () => {
    const { peer, uploads, served } = setUp()
    peer.upload.add(1e9, 0)
    for (let n = 0; n < 4 * MAX_RUN_BLOCKS; n++) ask(uploads, peer, n >> 6, n & 63)
    uploads.serve(peer, 0)
    const runs = served()
    expect(runs.map(run => run.length)).toEqual([MAX_RUN_BLOCKS, MAX_RUN_BLOCKS])
    expect(peer.serving).toBe(MAX_UPLOAD_WINDOW)
  })

  it('takes no request of a peer that it chokes, nor for what is not there', () => {
    const { peer, uploads } = setUp()
    expect(uploads.request(peer, { piece: PIECES, offset: 0, length: 1 })).toBe('ignored')
    expect(uploads.request(peer, { piece: 0, offset: 0, length: BLOCK_LENGTH + 1 })).toBe('ignored')
    peer.connection?.choke(0)
    expect(uploads.request(peer, LAYOUT.block(0, 0))).toBe('ignored')
  })

  it('calls it a flood where more waits than anyone may have', () => {
    const { peer, uploads } = setUp()
    for (let n = 0; n < MAX_QUEUED_UPLOADS; n++) ask(uploads, peer, 0, n % 64)
    expect(uploads.request(peer, LAYOUT.block(0, 0))).toBe('flood')
  })

  it('forgets what is cancelled before it is read, once', () => {
    const { peer, uploads, served } = setUp()
    ask(uploads, peer, 0, 1, 1, 2)
    uploads.cancel(peer, LAYOUT.block(0, 1))
    uploads.cancel(peer, LAYOUT.block(0, 9))
    uploads.serve(peer, 0)
    expect(served()).toEqual([[LAYOUT.block(0, 1), LAYOUT.block(0, 2)]])
  })

  it('does not send what was read for a peer that was choked meanwhile, nor what could not be read', () => {
    const { peer, outbox, uploads, served } = setUp()
    ask(uploads, peer, 0, 0, 1)
    uploads.serve(peer, 0)
    const [run = []] = served()
    expect(uploads.served(peer, run, read(run), 0)).toBe(2 * BLOCK_LENGTH)
    expect(peer.serving).toBe(0)
    expect(alertsOf(outbox)).toMatchObject([{ type: 'uploadStarted' }])
    if (peer.connection) sent(peer.connection)
    ask(uploads, peer, 0, 3)
    uploads.serve(peer, 0)
    const [failed = []] = served()
    expect(uploads.served(peer, failed, undefined, 0)).toBe(0)
    ask(uploads, peer, 0, 2)
    uploads.serve(peer, 0)
    const [late = []] = served()
    peer.connection?.choke(0)
    if (peer.connection) sent(peer.connection)
    expect(uploads.served(peer, late, read(late), 0)).toBe(0)
    expect(peer.serving).toBe(0)
    expect(peer.connection?.queuedBytes).toBe(0)
    expect(alertsOf(outbox)).toEqual([])
  })

  it('drops what waits for a peer that it chokes when its turn is over', () => {
    const waiting = peerWith(2, PIECES, [])
    const { peer, uploads, outbox } = setUp(1, waiting)
    ask(uploads, peer, 0, 0, 1)
    waiting.connection?.receive(message(2), 0)
    uploads.rechoke(0, true)
    expect(waiting.connection?.amChoking).toBe(true)
    outbox.takeDirty()
    uploads.rechoke(60_000, true)
    expect([peer.connection?.amChoking, waiting.connection?.amChoking]).toEqual([true, false])
    expect(peer.wants).toEqual([])
    expect(waiting.lastUnchokedAt).toBe(60_000)
    expect(new Set(outbox.takeDirty())).toEqual(new Set([peer, waiting]))
    expect(uploads.nextRound).toBe(70_000)
  })
})
