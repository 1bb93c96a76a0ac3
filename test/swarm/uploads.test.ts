import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { BLOCK_LENGTH, type Block } from '../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../src/lib/metainfo/layout.ts'
import { Choker } from '../../src/lib/swarm/choker.ts'
import { FastGrants } from '../../src/lib/swarm/fast-grants.ts'
import { MAX_QUEUED_UPLOADS, MAX_RUN_BLOCKS, MAX_UPLOAD_WINDOW, MIN_UPLOAD_WINDOW } from '../../src/lib/swarm/limits.ts'
import { Outbox } from '../../src/lib/swarm/outbox.ts'
import type { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { Uploads } from '../../src/lib/swarm/uploads.ts'
import { seeded } from '../picker/support.ts'
import { frameRun, runLength } from '../../src/lib/wire/block-run.ts'
import { HASH, message, sent } from '../wire/support.ts'
import { alertsOf, peerWith, queued } from './support.ts'

const PIECES = 8
const LAYOUT = new PieceLayout(PIECES * 64 * BLOCK_LENGTH, 64 * BLOCK_LENGTH)

/** A peer that is interested and unchoked. */
function setUp(slots = 4, others: readonly SwarmPeer[] = [], fast = false) {
  const peer = peerWith(1, PIECES, [], fast)
  const outbox = new Outbox()
  const have = Bitfield.full(PIECES)
  const uploads = new Uploads({
    grants: new FastGrants(LAYOUT, HASH),
    choker: new Choker({ slots, random: seeded(1) }),
    outbox,
    peers: new Map([peer, ...others].map(one => [one.key, one])),
    have,
    layout: LAYOUT,
  })
  peer.connection?.receive(message(2), 0)
  uploads.rechoke(0, true)
  if (peer.connection) sent(peer.connection)
  const served = (): (readonly Block[])[] =>
    outbox.takeActions().flatMap(action => (action.type === 'serve' ? [action.blocks] : []))
  return { peer, outbox, uploads, served, have }
}

function ask(uploads: Uploads, peer: SwarmPeer, piece: number, ...blocks: readonly number[]): void {
  for (const n of blocks) expect(uploads.request(peer, LAYOUT.block(piece, n), 0)).toBe('queued')
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
    expect(uploads.request(peer, { piece: PIECES, offset: 0, length: 1 }, 0)).toBe('refused')
    expect(uploads.request(peer, { piece: 0, offset: 0, length: BLOCK_LENGTH + 1 }, 0)).toBe('refused')
    peer.connection?.choke(0)
    expect(uploads.request(peer, LAYOUT.block(0, 0), 0)).toBe('refused')
  })

  it('calls it a flood where more waits than anyone may have', () => {
    const { peer, uploads } = setUp()
    for (let n = 0; n < MAX_QUEUED_UPLOADS; n++) ask(uploads, peer, 0, n % 64)
    expect(uploads.request(peer, LAYOUT.block(0, 0), 0)).toBe('flood')
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

  describe('with the fast extension (BEP 6)', () => {
    const rejects = (peer: SwarmPeer): Block[] => queued(peer, 16)

    it('answers each request that it does not serve with a reject', () => {
      const { peer, uploads, outbox } = setUp(4, [], true)
      outbox.takeDirty()
      const odd = [
        { piece: PIECES, offset: 0, length: 1 },
        { piece: 0, offset: 0, length: BLOCK_LENGTH + 1 },
      ]
      for (const block of odd) expect(uploads.request(peer, block, 0)).toBe('refused')
      expect(rejects(peer)).toEqual(odd)
      expect(outbox.takeDirty()).toEqual([peer])
      peer.connection?.choke(0)
      expect(uploads.request(peer, LAYOUT.block(0, 0), 0)).toBe('refused')
      expect(rejects(peer)).toEqual([LAYOUT.block(0, 0)])
    })

    it('chokes first and then rejects what waits, but for what it allows while choked', () => {
      const waiting = peerWith(2, PIECES, [])
      const { peer, uploads } = setUp(1, [waiting], true)
      uploads.offerFast(peer)
      const [allowed = -1] = peer.fast.granted.keys()
      const other =
        Array.from({ length: PIECES }, (_, piece) => piece).find(piece => !peer.fast.granted.has(piece)) ?? -1
      ask(uploads, peer, other, 0, 1)
      ask(uploads, peer, allowed, 2)
      waiting.connection?.receive(message(2), 0)
      if (peer.connection) sent(peer.connection)
      uploads.rechoke(60_000, true)
      expect(peer.wants).toEqual([LAYOUT.block(allowed, 2)])
      const bytes = peer.connection === undefined ? undefined : sent(peer.connection)
      expect(bytes?.subarray(0, 10)).toEqual(new Uint8Array([0, 0, 0, 1, 0, 0, 0, 0, 13, 16]))
      expect(bytes?.length).toBe(5 + 2 * 17)
    })

    it('serves while it chokes what it allows, and only that', () => {
      const { peer, uploads, served } = setUp(4, [], true)
      uploads.offerFast(peer)
      peer.connection?.choke(0)
      const [allowed = -1] = peer.fast.granted.keys()
      ask(uploads, peer, allowed, 0)
      uploads.serve(peer, 0)
      const [run = []] = served()
      expect(run).toEqual([LAYOUT.block(allowed, 0)])
      expect(uploads.served(peer, run, read(run), 0)).toBe(BLOCK_LENGTH)
    })

    it('rejects what is cancelled and what could not be read; the rest of that run waits again', () => {
      const { peer, uploads, served, have } = setUp(4, [], true)
      ask(uploads, peer, 0, 0, 1, 2)
      ask(uploads, peer, 1, 0)
      uploads.cancel(peer, LAYOUT.block(0, 2))
      uploads.cancel(peer, LAYOUT.block(0, 2))
      expect(rejects(peer)).toEqual([LAYOUT.block(0, 2)])
      uploads.serve(peer, 0)
      const [run = []] = served()
      have.clear(0)
      expect(uploads.served(peer, run, undefined, 0)).toBe(0)
      expect(rejects(peer)).toEqual([LAYOUT.block(0, 0), LAYOUT.block(0, 1)])
      expect(peer.wants).toEqual([LAYOUT.block(1, 0)])
    })

    it('rejects what was read for a peer choked meanwhile, but for what it allows: that waits again', () => {
      const { peer, uploads, served } = setUp(4, [], true)
      uploads.offerFast(peer)
      if (peer.connection) sent(peer.connection)
      const [allowed = -1] = peer.fast.granted.keys()
      const other = Array.from({ length: PIECES }, (_, n) => n).find(n => !peer.fast.granted.has(n)) ?? -1
      ask(uploads, peer, allowed, 0)
      ask(uploads, peer, other, 1)
      uploads.serve(peer, 0)
      peer.connection?.choke(0)
      const [run = []] = served()
      expect(uploads.served(peer, run, read(run), 0)).toBe(0)
      expect(rejects(peer)).toEqual([LAYOUT.block(other, 1)])
      expect([peer.wants, peer.serving]).toEqual([[LAYOUT.block(allowed, 0)], 0])
    })

    it('calls it a flood where a peer asks on and on in vain, until it is unchoked', () => {
      const { peer, uploads } = setUp(4, [], true)
      peer.connection?.choke(0)
      for (let n = 0; n < MAX_QUEUED_UPLOADS; n++) {
        expect(uploads.request(peer, LAYOUT.block(0, n % 64), 0)).toBe('refused')
      }
      expect(uploads.request(peer, LAYOUT.block(0, 0), 0)).toBe('flood')
      uploads.rechoke(1, true)
      expect(peer.connection?.amChoking).toBe(false)
      expect(uploads.request(peer, { piece: PIECES, offset: 0, length: 1 }, 0)).toBe('refused')
    })
  })

  it('drops what waits for a peer that it chokes when its turn is over', () => {
    const waiting = peerWith(2, PIECES, [])
    const { peer, uploads, outbox } = setUp(1, [waiting])
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
