import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Block } from '../../src/lib/metainfo/block.ts'
import type { PeerConnection, PeerEvent } from '../../src/lib/wire/connection.ts'
import {
  bytes,
  feed,
  handshake,
  kept,
  message,
  opened as openedPlain,
  openedFast as opened,
  pattern,
  uint32,
} from './support.ts'

const block: Block = { piece: 3, offset: 32_768, length: 16_384 }
const at = (b: Block): Uint8Array => bytes(uint32(b.piece), uint32(b.offset))
const piece = (b: Block, data: Uint8Array = pattern(b.length, b.piece)): Uint8Array => message(7, at(b), data)

function receive(wire: Uint8Array, pieceCount = 20): readonly PeerEvent[] {
  return opened({ pieceCount }).receive(wire, 0)
}

const cases: readonly (readonly [string, Uint8Array, readonly PeerEvent[]])[] = [
  ['keep-alive', uint32(0), [{ type: 'keepAlive' }]],
  ['choke', message(0), [{ type: 'choke' }]],
  ['unchoke', message(1), [{ type: 'unchoke' }]],
  ['interested', message(2), [{ type: 'interested' }]],
  ['not interested', message(3), [{ type: 'notInterested' }]],
  ['have', message(4, uint32(19)), [{ type: 'have', piece: 19 }]],
  ['bitfield', message(5, 0xff, 0, 0xf0), [{ type: 'bitfield', bytes: bytes(0xff, 0, 0xf0) }]],
  ['request', message(6, at(block), uint32(16_384)), [{ type: 'request', block }]],
  ['piece', piece(block), [{ type: 'block', block, wanted: true }]],
  ['cancel', message(8, at(block), uint32(16_384)), [{ type: 'cancel', block }]],
  ['port', message(9, 0x1a, 0xe1), [{ type: 'port', port: 6881 }]],
  ['suggest piece', message(13, uint32(7)), [{ type: 'suggest', piece: 7 }]],
  ['have all', message(14), [{ type: 'haveAll' }]],
  ['have none', message(15), [{ type: 'haveNone' }]],
  ['reject request', message(16, at(block), uint32(16_384)), [{ type: 'reject', block }]],
  ['allowed fast', message(17, uint32(7)), [{ type: 'allowedFast', piece: 7 }]],
  [
    'extension handshake',
    message(20, 0, 'd1:md6:ut_pexi7eee'),
    [
      {
        type: 'extendedHandshake',
        handshake: { dict: new Map([['m', new Map([['ut_pex', 7]])]]), messages: new Map([['ut_pex', 7]]) },
      },
    ],
  ],
  ['extension message', message(20, 7, 'abc'), [{ type: 'extended', id: 7, payload: bytes('abc') }]],
  ['empty extension message', message(20, 7), [{ type: 'extended', id: 7, payload: bytes() }]],
  ['unknown', message(200, pattern(1000)), [{ type: 'unknown', id: 200, length: 1000 }]],
]

describe('each message', () => {
  it.each(cases)('%s', (_, wire, events) => {
    expect(receive(wire)).toEqual(events)
  })

  it.each(cases)('%s, byte by byte', (_, wire, events) => {
    expect(
      feed(
        opened({ pieceCount: 20 }),
        wire,
        Array.from(wire, () => 1),
      ),
    ).toEqual(events)
  })

  it('reads unsigned numbers', () => {
    const far = { piece: 0xffff_fffe, offset: 0x8000_0000, length: 1 }
    expect(receive(message(6, at(far), uint32(1)))).toEqual([{ type: 'request', block: far }])
  })
})

describe('lengths, at the limit and one past it', () => {
  const closed = [{ type: 'closed', reason: 'bad-length', detail: expect.any(String) }]
  const unknownCount = (wire: Uint8Array): readonly PeerEvent[] => opened().receive(wire, 0)
  /** Only the head of a message: what follows it must not matter. */
  const head = (id: number, payload: number): Uint8Array => bytes(uint32(payload + 1), id)

  it.each([0, 1, 2, 3, 14, 15])('message %i has no payload', id => {
    expect(receive(head(id, 1))).toEqual(closed)
  })

  it.each([
    [4, 4],
    [6, 12],
    [8, 12],
    [9, 2],
    [13, 4],
    [16, 12],
    [17, 4],
  ])('message %i has exactly %i bytes of payload', (id, length) => {
    expect(receive(head(id, length - 1))).toEqual(closed)
    expect(receive(head(id, length + 1))).toEqual(closed)
    expect(receive(head(id, length))).toEqual([])
  })

  it('a bitfield has as many bytes as the piece count demands', () => {
    expect(receive(message(5, 0, 0))).toEqual(closed)
    expect(receive(message(5, 0, 0, 0, 0))).toEqual(closed)
    expect(receive(message(5, 0, 0, 0))).toHaveLength(1)
  })

  it('a bitfield for an unknown piece count has at most 262,144', () => {
    expect(unknownCount(message(5, new Uint8Array(262_144)))).toMatchObject([{ type: 'bitfield' }])
    expect(unknownCount(head(5, 262_145))).toEqual(closed)
    expect(unknownCount(message(5))).toEqual([{ type: 'bitfield', bytes: bytes() }])
  })

  it('a block has 1 to 16,384 bytes', () => {
    expect(receive(head(7, 7))).toEqual(closed)
    expect(receive(head(7, 8))).toEqual(closed)
    expect(receive(piece({ ...block, length: 1 }))).toMatchObject([{ type: 'block' }])
    expect(receive(head(7, 8 + 16_385))).toEqual(closed)
  })

  it('an extension message has 1 to 512,000', () => {
    expect(receive(head(20, 0))).toEqual(closed)
    expect(receive(message(20, 1, new Uint8Array(511_999)))).toMatchObject([{ type: 'extended', id: 1 }])
    expect(receive(head(20, 512_001))).toEqual(closed)
  })

  it('an unknown message has at most 1 MiB', () => {
    expect(receive(message(99, new Uint8Array(1_048_576)))).toEqual([{ type: 'unknown', id: 99, length: 1_048_576 }])
    expect(receive(head(99, 1_048_577))).toEqual(closed)
    expect(receive(bytes(uint32(0xffff_ffff), 99))).toEqual(closed)
  })

  it('names the message, its length and what was expected', () => {
    expect(receive(head(4, 5))).toMatchObject([{ detail: 'have with 5 bytes of payload; expected 4' }])
    expect(receive(head(99, 2_000_000))).toMatchObject([
      { detail: 'message 99 with 2000000 bytes of payload; expected 0 to 1048576' },
    ])
  })
})

describe('values', () => {
  const closed = [{ type: 'closed', reason: 'bad-message', detail: expect.any(String) }]

  it('a piece that one has exists', () => {
    expect(receive(message(4, uint32(20)))).toEqual(closed)
    expect(opened().receive(message(4, uint32(2_097_151)), 0)).toEqual([{ type: 'have', piece: 2_097_151 }])
    expect(opened().receive(message(4, uint32(2_097_152)), 0)).toEqual(closed)
  })

  it('of advice and rejects may be anything: what makes no sense is ignored, as by libtorrent', () => {
    const nonsense = { piece: 0xffff_ffff, offset: 1, length: 0xffff_ffff }
    expect(receive(bytes(message(13, uint32(20)), message(17, uint32(0xffff_ffff))))).toEqual([
      { type: 'suggest', piece: 20 },
      { type: 'allowedFast', piece: 0xffff_ffff },
    ])
    expect(receive(message(16, at(nonsense), uint32(nonsense.length)))).toEqual([{ type: 'reject', block: nonsense }])
  })

  it.each([
    [13, 'suggestPiece', uint32(1)],
    [14, 'haveAll', bytes()],
    [15, 'haveNone', bytes()],
    [16, 'rejectRequest', bytes(at(block), uint32(1))],
    [17, 'allowedFast', uint32(1)],
  ])('message %i (%s) ends a connection without the fast extension (BEP 6)', (id, name, payload) => {
    expect(openedPlain({ pieceCount: 20 }).receive(message(id, payload), 0)).toEqual([
      { type: 'closed', reason: 'bad-message', detail: `${name}, though the connection is without the fast extension` },
    ])
  })

  it('spare bits of a bitfield are zero', () => {
    expect(receive(message(5, 0, 0, 0b0000_1000))).toEqual(closed)
    expect(receive(message(5, 0, 0, 0b0001_0000))).toHaveLength(1)
    expect(receive(message(5, 0, 0, 1), 24)).toHaveLength(1)
  })

  it.each([6, 8])('message %i is about 1 to 131,072 bytes', id => {
    const about = (length: number): readonly PeerEvent[] => receive(message(id, at(block), uint32(length)))
    expect(about(0)).toEqual(closed)
    expect(about(131_072)).toMatchObject([{ block: { length: 131_072 } }])
    expect(about(131_073)).toEqual(closed)
  })

  it('an extension handshake is a dictionary', () => {
    expect(receive(message(20, 0, 'le'))).toEqual(closed)
    expect(receive(message(20, 0, 'd1:m'))).toEqual(closed)
    expect(receive(message(20, 0))).toEqual(closed)
  })

  it('a bitfield may come late and again, as for libtorrent', () => {
    const wire = bytes(message(4, uint32(1)), message(5, 1, 0, 0), message(5, 2, 0, 0))
    expect(receive(wire).map(event => event.type)).toEqual(['have', 'bitfield', 'bitfield'])
  })

  it('what came before a fault is reported, what comes after is not', () => {
    const wire = bytes(message(1), message(0, 0), message(2))
    expect(receive(wire).map(event => event.type)).toEqual(['unchoke', 'closed'])
  })
})

describe('blocks', () => {
  it('go straight into their target, and the event fires when the last byte is there', () => {
    const target = new Uint8Array(16_384)
    const peer = opened({ target: asked => (asked.piece === 3 ? target : undefined) })
    const wire = piece(block)
    expect(peer.receive(wire.subarray(0, 10_000), 0)).toEqual([])
    expect(target.subarray(0, 9_987)).toEqual(pattern(16_384, 3).subarray(0, 9_987))
    expect(peer.receive(wire.subarray(10_000), 0)).toEqual([{ type: 'block', block, wanted: true }])
    expect(target).toEqual(pattern(16_384, 3))
  })

  it('without a target are skipped', () => {
    const peer = opened({ target: () => undefined })
    const events = peer.receive(bytes(piece(block), message(1)), 0)
    expect(events).toEqual([{ type: 'block', block, wanted: false }, { type: 'unchoke' }])
  })

  it('can be abandoned in their midst', () => {
    const target = new Uint8Array(16_384)
    const peer = opened({ target: () => target })
    const wire = piece(block)
    peer.receive(wire.subarray(0, 1_000), 0)
    peer.abandonPartialBlock()
    target.fill(0)
    expect(peer.receive(wire.subarray(1_000), 0)).toEqual([{ type: 'block', block, wanted: false }])
    expect(target.every(byte => byte === 0)).toBe(true)
    expect(peer.receive(wire, 0)).toEqual([{ type: 'block', block, wanted: true }])
  })

  it('throw for a target of the wrong length, which is our mistake', () => {
    const peer = opened({ target: () => new Uint8Array(16_383) })
    expect(() => peer.receive(piece(block), 0)).toThrow(/target of a block of 16384 bytes has 16383/)
  })

  it('take a Buffer that lies inside a larger one', () => {
    const target = new Uint8Array(16_384)
    const pool = Buffer.concat([Buffer.alloc(7), piece(block), Buffer.alloc(7, 9)])
    expect(opened({ target: () => target }).receive(pool.subarray(7, -7), 0)).toHaveLength(1)
    expect(target).toEqual(pattern(16_384, 3))
  })
})

describe('payloads', () => {
  it('of an extension message that lies whole in the chunk are views, others the receiver’s own', () => {
    const wire = message(20, 7, 'abc')
    const whole = opened().receive(wire, 0)[0]
    const peer = opened()
    peer.receive(wire.subarray(0, 7), 0)
    const straddling = peer.receive(wire.subarray(7), 0)[0]
    wire.fill(0)
    expect(whole).toMatchObject({ payload: bytes(0, 0, 0) })
    expect(straddling).toMatchObject({ payload: bytes('abc') })
  })

  it('of a bitfield and an extension handshake are copies', () => {
    const wire = bytes(message(5, 1, 2, 0), message(20, 0, 'd1:v3:abce'))
    const events = receive(wire)
    wire.fill(0)
    expect(events).toMatchObject([
      { type: 'bitfield', bytes: bytes(1, 2, 0) },
      { type: 'extendedHandshake', handshake: { dict: new Map([['v', bytes('abc')]]), client: 'abc' } },
    ])
  })

  it('that fill a Buffer of their own are copied all the same', () => {
    for (const wire of [message(5, 1, 2, 0), message(20, 0, 'd1:v3:abce')]) {
      const peer = opened()
      peer.receive(Buffer.from(wire.subarray(0, 5)), 0)
      const chunk = Buffer.from(wire.subarray(5))
      const events = peer.receive(chunk, 0)
      const before = structuredClone(events)
      chunk.fill(0)
      expect(events).toEqual(before)
      expect(events).toHaveLength(1)
    }
  })

  it('that straddle many chunks are put together', () => {
    const data = pattern(100_000)
    expect(
      feed(
        opened(),
        message(20, 9, data),
        Array.from({ length: 50 }, () => 1_448),
      ),
    ).toEqual([{ type: 'extended', id: 9, payload: data }])
  })
})

const anyBlock = fc.record({ piece: fc.nat(19), offset: fc.nat(1000), length: fc.integer({ min: 1, max: 300 }) })
const anyMessage = fc.oneof(
  fc.constantFrom(...cases.filter(([name]) => name !== 'piece').map(([, wire]) => wire)),
  anyBlock.map(b => piece(b)),
  fc.uint8Array({ maxLength: 50 }).map(payload => message(21, payload)),
  fc.uint8Array({ maxLength: 300 }).map(payload => message(20, 5, payload)),
  fc.constantFrom(message(0, 1), message(4, uint32(20)), message(20)),
)

/** Everything a connection makes of a stream: its events, and the bytes its targets hold at the end. */
function outcome(run: (peer: PeerConnection) => readonly PeerEvent[]): unknown {
  const targets: Uint8Array[] = []
  const peer = opened({
    pieceCount: 20,
    target: asked => {
      if (asked.piece % 3 === 0) return undefined
      const target = new Uint8Array(asked.length)
      targets.push(target)
      return target
    },
  })
  const events = kept(run(peer))
  return { events, targets, state: [peer.peerChoking, peer.peerInterested, peer.closed] }
}

describe('chunks', () => {
  it('of any sizes make the same events', () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage, { maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
        (messages, sizes) => {
          const wire = bytes(...messages)
          const whole = outcome(peer => peer.receive(wire.slice(), 0))
          expect(outcome(peer => feed(peer, wire, sizes))).toEqual(whole)
          expect(
            outcome(peer =>
              feed(
                peer,
                wire,
                Array.from(wire, () => 1),
              ),
            ),
          ).toEqual(whole)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('split at every single place make the same events', () => {
    const wire = bytes(...cases.map(([name, one]) => (name === 'piece' ? piece({ ...block, length: 40 }) : one)))
    const whole = outcome(peer => peer.receive(wire.slice(), 0))
    for (let split = 1; split < wire.length; split++) {
      expect(outcome(peer => feed(peer, wire, [split]))).toEqual(whole)
    }
  })

  it('of arbitrary bytes never throw, and nothing follows a closed event', () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.nat(40), fc.nat(25), fc.uint8Array({ maxLength: 60 })).map(([n, id, b]) => bytes(uint32(n), id, b)),
    )
    fc.assert(
      fc.property(fc.array(junk, { maxLength: 8 }), fc.boolean(), (chunks, shaken) => {
        const peer = opened({ pieceCount: 20 })
        const events = [...(shaken ? [] : [bytes(handshake())]), ...chunks].flatMap(c => kept(peer.receive(c, 0)))
        const end = events.findIndex(event => event.type === 'closed')
        expect(end === -1 || end === events.length - 1).toBe(true)
        expect(peer.closed).toBe(end !== -1)
      }),
      { numRuns: 500 },
    )
  })
})
