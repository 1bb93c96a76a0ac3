import { BLOCK_LENGTH, type Block } from '../../src/lib/metainfo/block.ts'
import { concat, equal, fromLatin1 } from '../../src/lib/base/bytes.ts'
import type { PeerEvent, WireFault } from '../../src/lib/wire/events.ts'
import { MessageDecoder } from '../../src/lib/wire/decoder.ts'
import { kept } from '../kept-events.ts'
import { Random } from '../random.ts'
import { check, wordsOf, type Target } from '../target.ts'

/** Bytes before the messages: whether the peer speaks BEP 6, the number of pieces, and what the chunks are cut by. */
const HEADER = 3

function message(id: number, ...payload: readonly (number | string)[]): Uint8Array {
  const body = concat(payload.map(part => (typeof part === 'string' ? fromLatin1(part) : Uint8Array.of(part))))
  const head = new Uint8Array(5)
  new DataView(head.buffer).setUint32(0, body.length + 1)
  head[4] = id
  return concat([head, body])
}

const PLACE = '\0\0\0\u0003\0\0\u0040\0'
const EACH = [
  new Uint8Array(4),
  ...[0, 1, 2, 3, 14, 15].map(id => message(id)),
  ...[4, 13, 17].map(id => message(id, '\0\0\0\u0007')),
  message(5, '\u00ff\u0000\u00f0'),
  ...[6, 8, 16].map(id => message(id, `${PLACE}\0\0\u0040\0`)),
  message(7, PLACE, 'block of a piece'),
  message(9, 0x1a, 0xe1),
  message(20, 0, 'd1:md11:ut_metadatai1e6:ut_pexi2ee1:pi6881e4:reqqi250e1:v5:bt 0.1e'),
  message(20, 2, 'd5:added0:e'),
  message(99, 'unknown'),
]

export const wire: Target = {
  name: 'wire',
  promise: 'chunks of any size give the same events and bytes, nothing throws, and nothing follows a fault',
  seeds: [
    concat([Uint8Array.of(1, 20, 7), ...EACH]),
    concat([Uint8Array.of(0, 0, 1), ...EACH.slice(0, 5)]),
    ...EACH.map(each => concat([Uint8Array.of(1, 20, 40), each])),
  ],
  throws: [],
  words: [
    '\0\0\0\u0001',
    '\0\0\0\u0005\u0004',
    '\0\0\0\u000d\u0006',
    '\0\0\u0040\u0009\u0007',
    '\u0014\0d',
    'e',
    PLACE,
  ],
  maxLength: 4096,
  run(input) {
    const whole = decode(input, () => input.length)
    const random = new Random(input[2] ?? 0)
    check(
      same(
        whole,
        decode(input, () => random.below(40) + 1),
      ),
      'chunks make no difference',
    )
    const last = whole.events.slice(-2).map(event => event.type)
    return `${last.join(' ')} ${whole.fault === undefined ? '' : wordsOf(whole.fault.detail)}`
  },
}

interface Outcome {
  readonly events: readonly PeerEvent[]
  readonly blocks: readonly Uint8Array[]
  readonly fault: WireFault | undefined
}

function decode(input: Uint8Array, size: () => number): Outcome {
  const [flags = 0, pieces = 0] = input
  const blocks: Uint8Array[] = []
  const target = ({ piece, length }: Block): Uint8Array | undefined => {
    check(length >= 1 && length <= BLOCK_LENGTH, 'a block is of a length that can be asked for')
    if (piece % 2 === 0) return undefined
    const block = new Uint8Array(length)
    blocks.push(block)
    return block
  }
  const decoder = new MessageDecoder(target, pieces === 0 ? undefined : pieces)
  decoder.fast = flags % 2 === 1
  const events: PeerEvent[] = []
  let fault: WireFault | undefined
  for (let at = HEADER; at < input.length && fault === undefined;) {
    const chunk = input.slice(at, at + size())
    const before = events.length
    fault = decoder.decode(chunk, 0, events)
    for (let index = before; index < events.length; index++) events[index] = kept(events[index] as PeerEvent)
    at += chunk.length
    // What is borrowed may be overwritten from here on.
    chunk.fill(0xee)
  }
  return { events, blocks, fault }
}

function same(a: Outcome, b: Outcome): boolean {
  return (
    JSON.stringify([a.events, a.fault], plainly) === JSON.stringify([b.events, b.fault], plainly) &&
    a.blocks.length === b.blocks.length &&
    a.blocks.every((block, index) => equal(block, b.blocks[index] ?? new Uint8Array()))
  )
}

function plainly(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Map ? [...value] : value
}
