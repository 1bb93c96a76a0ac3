import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromLatin1 } from '../../src/lib/base/bytes.ts'
import { infoHash, peerId } from '../../src/lib/base/ids.ts'
import { encode } from '../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../src/lib/bencode/value.ts'
import { encodeHandshake, reservedBytes } from '../../src/lib/wire/handshake.ts'
import { ConversationTrace, type TracedMessage } from '../../src/lib/wire/trace.ts'

const HASH = infoHash(new Uint8Array(20).fill(7))
const PEER = peerId(fromLatin1('-XX0001-abcdefghijkl'))
const OPENING = encodeHandshake({ infoHash: HASH, peerId: PEER, reserved: reservedBytes({ extended: true }) })

function message(id: number, payload: Uint8Array | readonly number[] = []): Uint8Array {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(payload.length + 1)
  head.writeUInt8(id, 4)
  return concat([head, Uint8Array.from(payload)])
}

function words(...values: readonly number[]): readonly number[] {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4)
  return Array.from(bytes)
}

const extended = (id: number, value: BencodeInput, data: readonly number[] = []): Uint8Array =>
  message(20, [id, ...encode(value), ...data])

/** What follows the handshake, as it is shown. */
function shown(...chunks: readonly Uint8Array[]): readonly TracedMessage[] {
  const trace = new ConversationTrace()
  return [OPENING, ...chunks].flatMap(chunk => trace.read('in', chunk)).slice(1)
}

const MESSAGES: readonly (readonly [Uint8Array, TracedMessage])[] = [
  [new Uint8Array(4), { type: 'keepAlive' }],
  [message(0), { type: 'choke' }],
  [message(1), { type: 'unchoke' }],
  [message(2), { type: 'interested' }],
  [message(3), { type: 'notInterested' }],
  [message(4, words(9)), { type: 'have', piece: 9 }],
  [message(5, [0xf0, 0x01]), { type: 'bitfield', bytes: 2, pieces: 5 }],
  [message(6, words(1, 16_384, 4096)), { type: 'request', piece: 1, offset: 16_384, length: 4096 }],
  [message(7, [...words(1, 16_384), 1, 2, 3]), { type: 'piece', piece: 1, offset: 16_384, length: 3 }],
  [message(8, words(1, 0, 1)), { type: 'cancel', piece: 1, offset: 0, length: 1 }],
  [message(9, [0x1a, 0xe1]), { type: 'port', port: 6881 }],
  [message(13, words(2)), { type: 'suggestPiece', piece: 2 }],
  [message(14), { type: 'haveAll' }],
  [message(16, words(1, 2, 3)), { type: 'rejectRequest', piece: 1, offset: 2, length: 3 }],
  [message(17, words(3)), { type: 'allowedFast', piece: 3 }],
  [message(99, [1, 2]), { type: 'message 99', payload: 2 }],
  [message(4, [1]), { type: 'have', malformed: Uint8Array.of(1) }],
  [message(6, [1]), { type: 'request', malformed: Uint8Array.of(1) }],
  [message(9, [1]), { type: 'port', malformed: Uint8Array.of(1) }],
  [message(7, [1]), { type: 'piece', malformed: Uint8Array.of(1) }],
  [message(20, [0, 0x78]), { type: 'extendedHandshake', malformed: fromLatin1('x') }],
  [message(20, [5, 0x78]), { type: 'extended', id: 5, data: 1 }],
  [extended(5, 17), { type: 'extended', id: 5, data: 4 }],
]

describe('a message is shown with its fields', () => {
  test.each(MESSAGES)('%#', (bytes, expected) => {
    expect(shown(bytes)).toEqual([expected])
  })

  test('however its bytes are cut into chunks', () => {
    const whole = concat(MESSAGES.map(([bytes]) => bytes))
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), cuts => {
        const ends = [...cuts.toSorted((a, b) => a - b), whole.length]
        const chunks = ends.map((end, i) => whole.subarray(ends[i - 1] ?? 0, end))
        expect(shown(...chunks)).toEqual(MESSAGES.map(([, expected]) => expected))
      }),
    )
  })
})

test('the handshake is shown with what it says, or as it came', () => {
  const trace = new ConversationTrace()
  expect(trace.read('in', OPENING.subarray(0, 67))).toEqual([])
  expect(trace.read('in', OPENING.subarray(67))).toEqual([
    {
      type: 'handshake',
      infoHash: HASH,
      peerId: PEER,
      reserved: reservedBytes({ extended: true }),
      client: '-XX0001-',
    },
  ])
  const [broken] = trace.read('out', new Uint8Array(68))
  expect(broken).toEqual({ type: 'handshake', malformed: new Uint8Array(68) })
})

test('an extension message has the name that its receiver gave it', () => {
  const trace = new ConversationTrace()
  trace.read('in', OPENING)
  trace.read('out', OPENING)
  const [hello] = trace.read('in', extended(0, { m: { ut_metadata: 3 } }))
  expect(hello?.type).toBe('extendedHandshake')
  trace.read('out', extended(0, { m: { ut_metadata: 1 } }))
  const [asked] = trace.read('out', extended(3, { msg_type: 0 }))
  expect(asked).toMatchObject({ type: 'extended', id: 3, extension: 'ut_metadata', dict: new Map([['msg_type', 0]]) })
  const [told] = trace.read('in', extended(1, { msg_type: 1 }, [9, 9]))
  expect(told).toMatchObject({ id: 1, extension: 'ut_metadata', data: 2 })
  expect(trace.read('in', extended(3, { msg_type: 1 }))).toEqual([
    { type: 'extended', id: 3, dict: new Map([['msg_type', 1]]) },
  ])
})

test('of a message longer than any is, no byte is kept', () => {
  const head = message(99, []).slice()
  new DataView(head.buffer).setUint32(0, 2_000_000_001)
  expect(shown(head, new Uint8Array(1000))).toEqual([{ type: 'message 99', payload: 2_000_000_000 }])
})
