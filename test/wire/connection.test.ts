import { describe, expect, it } from 'vitest'
import { Bitfield } from '../../src/lib/base/bitfield.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import type { Block } from '../../src/lib/metainfo/block.ts'
import {
  HANDSHAKE_TIMEOUT,
  IDLE_TIMEOUT,
  KEEP_ALIVE_INTERVAL,
  type PeerConnection,
  type PeerEvent,
} from '../../src/lib/wire/connection.ts'
import { reservedBytes } from '../../src/lib/wire/handshake.ts'
import { MAX_HELD_BYTES } from '../../src/lib/wire/opening.ts'
import {
  bytes,
  connection,
  handshake,
  HASH,
  message,
  opened,
  openedFast,
  OURS,
  pattern,
  sent,
  THEIRS,
  uint32,
} from './support.ts'

const block: Block = { piece: 1, offset: 16_384, length: 4 }
const wireBlock = bytes(uint32(1), uint32(16_384), uint32(4))

const shaken = {
  type: 'handshake',
  infoHash: HASH,
  peerId: THEIRS,
  reserved: reservedBytes({ extended: true }),
}

describe('an initiator', () => {
  it('queues its handshake at once', () => {
    expect(sent(connection())).toEqual(handshake(HASH, OURS))
  })

  it('needs an info-hash', () => {
    expect(() => connection({ infoHash: undefined } as never)).toThrow(/needs an info-hash/)
  })

  it('is open with the peer’s handshake, and reads what follows in the same chunk', () => {
    const peer = connection()
    expect(peer.handshakeDone).toBe(false)
    expect(peer.receive(bytes(handshake(), message(1)), 0)).toEqual([shaken, { type: 'unchoke' }])
    expect(peer.handshakeDone).toBe(true)
    expect(peer.remote).toEqual({ infoHash: HASH, peerId: THEIRS, reserved: reservedBytes({ extended: true }) })
  })

  it('refuses another info-hash', () => {
    const peer = connection()
    const other = new Uint8Array(20).fill(0xbb)
    expect(peer.receive(handshake(other), 0)).toEqual([
      { type: 'closed', reason: 'wrong-info-hash', detail: `the peer answered with info-hash ${'bb'.repeat(20)}` },
    ])
    expect(peer.remote?.infoHash).toEqual(other)
  })

  it('refuses itself', () => {
    expect(connection().receive(handshake(HASH, OURS), 0)).toMatchObject([{ reason: 'self-connection' }])
  })

  it('refuses another protocol as soon as it shows', () => {
    expect(connection().receive(bytes('H'), 0)).toMatchObject([{ type: 'closed', reason: 'wrong-protocol' }])
  })
})

describe('an acceptor', () => {
  const acceptor = (): PeerConnection => connection({ initiator: false, infoHash: undefined } as never)

  it('says nothing until it accepts, and loses nothing that came meanwhile', () => {
    const peer = acceptor()
    const first = bytes(handshake(), message(2), uint32(5), 4, 0, 0)
    expect(peer.receive(first, 0)).toEqual([shaken])
    first.fill(0)
    expect(peer.receive(bytes(0, 5), 1)).toEqual([])
    expect([peer.queuedBytes, peer.handshakeDone]).toEqual([0, false])
    peer.accept(HASH)
    peer.unchoke(2)
    expect(sent(peer)).toEqual(bytes(handshake(HASH, OURS), message(1)))
    expect(peer.resume(2)).toEqual([{ type: 'interested' }, { type: 'have', piece: 5 }])
    expect(peer.resume(2)).toEqual([])
  })

  it('parses what was held before the next chunk, if it was not resumed', () => {
    const peer = acceptor()
    peer.receive(bytes(handshake(), message(2)), 0)
    peer.accept(HASH)
    expect(peer.receive(message(1), 0)).toEqual([{ type: 'interested' }, { type: 'unchoke' }])
  })

  it('takes the target of the torrent it turned out to be', () => {
    const peer = acceptor()
    const target = new Uint8Array(4)
    peer.receive(handshake(), 0)
    peer.accept(HASH, () => target)
    peer.receive(message(7, uint32(1), uint32(16_384), 'data'), 0)
    expect(target).toEqual(bytes('data'))
  })

  it('holds 1 MiB and no more', () => {
    const peer = acceptor()
    peer.receive(handshake(), 0)
    expect(peer.receive(new Uint8Array(MAX_HELD_BYTES), 0)).toEqual([])
    expect(peer.receive(bytes(0), 0)).toMatchObject([{ type: 'closed', reason: 'overflow' }])
  })

  it('throws for anything but the answer that is due', () => {
    const peer = acceptor()
    expect(() => peer.accept(HASH)).toThrow(/waits for its answer/)
    expect(() => peer.unchoke(0)).toThrow(/before the connection is accepted/)
    peer.receive(handshake(), 0)
    expect(() => peer.accept(infoHash(new Uint8Array(20)))).toThrow(/waits for its answer/)
    peer.accept(HASH)
    expect(() => peer.accept(HASH)).toThrow(/waits for its answer/)
  })

  it('reports a fault in what was held', () => {
    const peer = acceptor()
    peer.receive(bytes(handshake(), message(0, 0)), 0)
    peer.receive(message(1), 0)
    peer.accept(HASH)
    expect(peer.resume(0)).toMatchObject([{ type: 'closed', reason: 'bad-length' }])
  })
})

describe('commands', () => {
  it.each<[string, (peer: PeerConnection) => void, Uint8Array]>([
    ['unchoke', p => p.unchoke(0), message(1)],
    ['interested', p => p.interested(0), message(2)],
    ['have', p => p.have(0x01020304), message(4, 1, 2, 3, 4)],
    ['bitfield', p => p.bitfield(Bitfield.full(12)), message(5, 0xff, 0xf0)],
    ['request', p => p.request(block, 0), message(6, wireBlock)],
    ['sendBlock', p => p.sendBlock(block, bytes('data')), message(7, uint32(1), uint32(16_384), 'data')],
    ['cancel', p => p.cancel(block), message(8, wireBlock)],
    ['extendedHandshake', p => p.extendedHandshake({ m: { ut_pex: 1 } }), message(20, 0, 'd1:md6:ut_pexi1eee')],
    ['extended', p => p.extended(9, bytes('xyz')), message(20, 9, 'xyz')],
  ])('%s', (_, command, wire) => {
    const peer = opened()
    command(peer)
    expect(peer.queuedBytes).toBe(wire.length)
    expect(sent(peer)).toEqual(wire)
    expect(peer.queuedBytes).toBe(0)
  })

  it.each<[string, (peer: PeerConnection) => void, Uint8Array]>([
    ['suggest', p => p.suggest(0x01020304), message(13, 1, 2, 3, 4)],
    ['haveAll', p => p.haveAll(), message(14)],
    ['haveNone', p => p.haveNone(), message(15)],
    ['reject', p => p.reject(block), message(16, wireBlock)],
    [
      'reject of what no one may ask for',
      p => p.reject({ ...block, length: 99_999 }),
      message(16, wireBlock.slice(0, 8), uint32(99_999)),
    ],
    ['allowedFast', p => p.allowedFast(9), message(17, uint32(9))],
  ])('%s (BEP 6), only where both sides have set the bit', (_, command, wire) => {
    const peer = openedFast()
    command(peer)
    expect(sent(peer)).toEqual(wire)
    for (const other of [opened(), connection({ reserved: reservedBytes({ fast: true }) })]) {
      sent(other)
      expect(() => command(other)).toThrow(/both of whose ends speak it/)
      expect(other.queuedBytes).toBe(0)
    }
    peer.close('local', 'done')
    command(peer)
    expect(peer.queuedBytes).toBe(0)
  })

  it.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ])('the fast extension: ours %s, theirs %s: %s', (ours, theirs, on) => {
    for (const initiator of [true, false]) {
      const peer = connection({ initiator, reserved: reservedBytes({ fast: ours }) })
      expect(peer.fast).toBe(false)
      peer.receive(handshake(HASH, THEIRS, false, theirs), 0)
      expect(peer.fast).toBe(on)
    }
  })

  it('say neither choke nor interest twice', () => {
    const peer = opened()
    peer.choke(0)
    peer.notInterested(0)
    expect(sent(peer)).toEqual(bytes())
    for (const now of [1, 2]) peer.unchoke(now)
    for (const now of [3, 4]) peer.interested(now)
    expect([peer.amChoking, peer.amInterested, peer.lastSent]).toEqual([false, true, 3])
    for (const now of [5, 6]) peer.choke(now)
    for (const now of [7, 8]) peer.notInterested(now)
    expect([peer.amChoking, peer.amInterested, peer.lastSent]).toEqual([true, false, 7])
    expect(sent(peer)).toEqual(bytes(message(1), message(2), message(0), message(3)))
  })

  it('hand block data to the transport by reference', () => {
    const peer = opened()
    const data = pattern(4)
    peer.sendBlock(block, data)
    peer.pollTransmit()
    expect(peer.pollTransmit()).toBe(data)
  })

  it.each<[string, (peer: PeerConnection) => void]>([
    ['a block whose data has another length', p => p.sendBlock(block, bytes('four!'))],
    ['a request of more than 16 KiB', p => p.request({ ...block, length: 16_385 }, 0)],
    ['a request of nothing', p => p.request({ ...block, length: 0 }, 0)],
    ['a negative offset', p => p.cancel({ ...block, offset: -1 })],
    ['a piece beyond 32 bits', p => p.have(2 ** 32)],
    ['an extension id beyond a byte', p => p.extended(256, bytes())],
    ['a piece count beyond the limit', p => p.setPieceCount(2_097_153)],
  ])('throw for %s and queue nothing', (_, command) => {
    const peer = opened()
    expect(() => command(peer)).toThrow(expect.objectContaining({ code: 'INTERNAL' }))
    expect(peer.queuedBytes).toBe(0)
  })

  it('send extension messages only to a peer that takes them', () => {
    const peer = connection()
    expect(() => peer.extendedHandshake({})).toThrow(/only for a peer/)
    peer.receive(handshake(HASH, THEIRS, false), 0)
    expect(() => peer.extended(1, bytes())).toThrow(/only for a peer/)
  })
})

describe('state', () => {
  it('starts out choked and not interested on both sides', () => {
    const peer = opened()
    expect([peer.amChoking, peer.amInterested, peer.peerChoking, peer.peerInterested]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })

  it('follows what the peer says', () => {
    const peer = opened()
    peer.receive(bytes(message(1), message(2)), 0)
    expect([peer.peerChoking, peer.peerInterested]).toEqual([false, true])
    peer.receive(bytes(message(0), message(3)), 0)
    expect([peer.peerChoking, peer.peerInterested]).toEqual([true, false])
  })

  it('checks bitfield and have as soon as the piece count is known', () => {
    const peer = opened()
    expect(peer.receive(message(5, 1), 0)).toHaveLength(1)
    peer.setPieceCount(9)
    expect(peer.receive(message(4, uint32(8)), 0)).toEqual([{ type: 'have', piece: 8 }])
    expect(peer.receive(message(4, uint32(9)), 0)).toMatchObject([{ reason: 'bad-message' }])
  })
})

describe('a closed connection', () => {
  it('says so once, drops what was queued and does nothing more', () => {
    const peer = opened()
    peer.unchoke(0)
    expect(peer.close('local', 'enough')).toEqual([{ type: 'closed', reason: 'local', detail: 'enough' }])
    expect(peer.close('local', 'enough')).toEqual([])
    peer.choke(0)
    peer.request(block, 0)
    peer.cancel(block)
    peer.have(1)
    peer.bitfield(Bitfield.full(8))
    peer.sendBlock(block, pattern(4))
    peer.sendRun(pattern(4), 0)
    peer.extendedHandshake({})
    peer.extended(1, bytes())
    peer.accept(HASH)
    expect(peer.receive(message(1), 0)).toEqual([])
    expect(peer.resume(0)).toEqual([])
    expect(peer.handleTimeout(1e9)).toEqual([])
    expect(peer.pollTransmit()).toBeUndefined()
    expect([peer.closed, peer.handshakeDone, peer.queuedBytes, peer.deadline]).toEqual([true, false, 0, Infinity])
  })
})

describe('time', () => {
  it.each([
    ['an initiator', connection({ now: 500 })],
    ['an acceptor', connection({ now: 500, initiator: false })],
  ])('%s gives the handshakes 10 s', (_, peer) => {
    expect(peer.deadline).toBe(500 + HANDSHAKE_TIMEOUT)
    peer.receive(handshake().subarray(0, 60), 9_000)
    expect(peer.handleTimeout(10_499)).toEqual([])
    expect(peer.handleTimeout(10_500)).toMatchObject([{ type: 'closed', reason: 'handshake-timeout' }])
  })

  it('an acceptor’s own answer counts', () => {
    const peer = connection({ initiator: false })
    peer.receive(handshake(), 1)
    expect(peer.handleTimeout(HANDSHAKE_TIMEOUT)).toMatchObject([{ reason: 'handshake-timeout' }])
  })

  it('sends a keep-alive after 100 s without another message', () => {
    const peer = opened()
    expect(peer.deadline).toBe(KEEP_ALIVE_INTERVAL)
    peer.unchoke(40_000)
    sent(peer)
    expect(peer.deadline).toBe(140_000)
    peer.receive(message(1), 50_000)
    expect(peer.handleTimeout(139_999)).toEqual([])
    expect(sent(peer)).toEqual(bytes())
    expect(peer.handleTimeout(140_000)).toEqual([])
    expect(sent(peer)).toEqual(uint32(0))
    expect(peer.lastSent).toBe(140_000)
  })

  it('gives up 140 s after the last byte, be it of a keep-alive', () => {
    const peer = opened()
    peer.receive(uint32(0), 60_000)
    expect(peer.lastReceived).toBe(60_000)
    peer.handleTimeout(150_000)
    sent(peer)
    expect(peer.deadline).toBe(60_000 + IDLE_TIMEOUT)
    expect(peer.handleTimeout(199_999)).toEqual([])
    expect(peer.handleTimeout(200_000)).toMatchObject([{ type: 'closed', reason: 'idle-timeout' }])
  })

  it('two idle connections keep each other alive', () => {
    const [left, right] = pair()
    let now = 0
    for (let i = 0; i < 20; i++) {
      now = Math.min(left.deadline, right.deadline)
      for (const peer of [left, right]) expect(peer.handleTimeout(now)).toEqual([])
      exchange(left, right, now)
    }
    expect(now).toBe(20 * KEEP_ALIVE_INTERVAL)
  })
})

/** Two open connections to each other. */
function pair(target: (asked: Block) => Uint8Array | undefined = () => undefined): [PeerConnection, PeerConnection] {
  const left = connection({ pieceCount: 20, target })
  const right = connection({ initiator: false, peerId: THEIRS, pieceCount: 20 })
  right.receive(sent(left), 0)
  right.accept(HASH)
  left.receive(sent(right), 0)
  return [left, right]
}

/** Carries what is queued on both sides over, in chunks as a network makes them. @returns the events on each side. */
function exchange(left: PeerConnection, right: PeerConnection, now: number): [PeerEvent[], PeerEvent[]] {
  const carry = (from: PeerConnection, to: PeerConnection): PeerEvent[] => {
    const wire = sent(from)
    const events: PeerEvent[] = []
    for (let at = 0; at < wire.length; at += 1_448) events.push(...to.receive(wire.slice(at, at + 1_448), now))
    return events
  }
  const atRight = carry(left, right)
  return [carry(right, left), atRight]
}

describe('two connections', () => {
  it('carry every message to each other', () => {
    const data = pattern(16_384)
    const target = new Uint8Array(16_384)
    const wanted: Block = { piece: 7, offset: 0, length: 16_384 }
    const [left, right] = pair(() => target)
    right.bitfield(Bitfield.full(20))
    right.extendedHandshake({ m: { ut_metadata: 2 } })
    left.interested(1)
    expect(exchange(left, right, 1)).toMatchObject([
      [{ type: 'bitfield' }, { type: 'extendedHandshake', handshake: { messages: new Map([['ut_metadata', 2]]) } }],
      [{ type: 'interested' }],
    ])
    left.extended(2, bytes('ask'))
    left.request(wanted, 2)
    left.cancel(wanted)
    right.unchoke(2)
    expect(exchange(left, right, 2)).toEqual([
      [{ type: 'unchoke' }],
      [
        { type: 'extended', id: 2, payload: bytes('ask') },
        { type: 'request', block: wanted },
        { type: 'cancel', block: wanted },
      ],
    ])
    right.sendBlock(wanted, data)
    right.have(19)
    right.choke(3)
    left.notInterested(3)
    expect(exchange(left, right, 3)).toEqual([
      [{ type: 'block', block: wanted, wanted: true }, { type: 'have', piece: 19 }, { type: 'choke' }],
      [{ type: 'notInterested' }],
    ])
    expect(target).toEqual(data)
  })
})
