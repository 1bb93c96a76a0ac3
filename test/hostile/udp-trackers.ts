// What hostile UDP trackers, and others who send datagrams, do, and what must come of it. One row a behaviour.
import { concat, utf8 } from '../../src/lib/base/bytes.ts'
import type { Expected } from './expected.ts'

export interface UdpCase {
  readonly does: string
  /** The datagrams for one of ours, which is a connect request (action 0) or an announce (1). */
  readonly answers: (asked: Asked) => readonly Uint8Array[]
  readonly expected: Expected
  /** No answer of it counts, so the call gets little time. */
  readonly slow?: true
}

export interface Asked {
  readonly action: number
  readonly transaction: number
}

const CONNECT = 0
const ANNOUNCE = 1
const ERROR = 3

function packet(action: number, transaction: number, ...rest: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(action, 0)
  header.writeUInt32BE(transaction >>> 0, 4)
  return concat([header, ...rest])
}

const numbers = (...values: readonly number[]): Uint8Array => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index)
  return bytes
}
const connected = ({ transaction }: Asked): Uint8Array => packet(CONNECT, transaction, numbers(1, 2))

/** Connects as it should; what an announce gets is the case's. */
function announces(answer: (transaction: number) => readonly Uint8Array[]): UdpCase['answers'] {
  return asked => (asked.action === CONNECT ? [connected(asked)] : answer(asked.transaction))
}
const peers = (...bytes: readonly number[]): UdpCase['answers'] =>
  announces(transaction => [packet(ANNOUNCE, transaction, numbers(1800, 0, 0), Uint8Array.from(bytes))])

const late: Expected = { error: 'TRACKER_UNREACHABLE', says: /did not answer within|no answer/ }
const nonsense = (says: RegExp): Expected => ({ error: 'TRACKER_INVALID_ANSWER', says })

export const UDP_CASES: readonly UdpCase[] = [
  { does: 'says nothing', answers: () => [], expected: late, slow: true },
  {
    does: 'answers another transaction',
    answers: ({ transaction }) => [packet(CONNECT, transaction + 1, numbers(1, 2))],
    expected: late,
    slow: true,
  },
  {
    does: 'floods with answers to other transactions, then gives its own',
    answers: announces(transaction => [
      ...Array.from({ length: 100 }, (_, n) => packet(ANNOUNCE, transaction + 1 + n, numbers(1, 1, 1))),
      packet(ANNOUNCE, transaction, numbers(900, 1, 2)),
    ]),
    expected: { answer: { interval: 900, incomplete: 1, complete: 2, peers: [] } },
  },
  {
    does: 'sends what is no packet at all, then its answer',
    answers: announces(transaction => [
      new Uint8Array(),
      Uint8Array.of(0, 0, 0),
      new Uint8Array(60_000),
      packet(ANNOUNCE, transaction, numbers(900, 1, 2)),
    ]),
    expected: { answer: { interval: 900 } },
  },
  { does: 'answers a connect with an announce', answers: ({ transaction }) => [packet(ANNOUNCE, transaction, numbers(1, 2, 3))], expected: nonsense(/action 1 in answer to 0/) }, // prettier-ignore
  { does: 'answers with an action that is none', answers: announces(transaction => [packet(4_000_000_000, transaction, numbers(1, 2, 3))]), expected: nonsense(/action 4000000000/) }, // prettier-ignore
  { does: 'cuts a connect answer short', answers: ({ transaction }) => [packet(CONNECT, transaction, numbers(1))], expected: nonsense(/a connect answer of 12 bytes/) }, // prettier-ignore
  { does: 'cuts an announce answer short', answers: announces(transaction => [packet(ANNOUNCE, transaction, numbers(1))]), expected: nonsense(/an announce answer of 12 bytes/) }, // prettier-ignore
  { does: 'refuses in control characters', answers: announces(transaction => [packet(ERROR, transaction, utf8('no\u001b[2J\r\nway\u202e'))]), expected: { error: 'TRACKER_REFUSED', says: /refused: no \[2J way$/ } }, // prettier-ignore
  { does: 'refuses at length', answers: announces(transaction => [packet(ERROR, transaction, new Uint8Array(60_000).fill(0x78))]), expected: { error: 'TRACKER_REFUSED', says: /^.{0,600}$/ } }, // prettier-ignore
  { does: 'wants a negative interval', answers: announces(transaction => [packet(ANNOUNCE, transaction, numbers(-1, -1, -1))]), expected: { answer: { interval: 4_294_967_295, peers: [] } } }, // prettier-ignore
  { does: 'ends in half a peer', answers: peers(52, 1, 1, 1, 26, 225, 52, 1, 1), expected: { dialled: ['52.1.1.1:6881'] } }, // prettier-ignore
  { does: 'names nobody: 0.0.0.0:0', answers: peers(...new Uint8Array(600)), expected: { dialled: [] } },
  { does: 'names multicast, broadcast and a port 0', answers: peers(224, 0, 0, 1, 1, 1, 255, 255, 255, 255, 1, 1, 52, 1, 1, 1, 0, 0), expected: { dialled: [] } }, // prettier-ignore
  { does: 'names ourselves', answers: peers(127, 0, 0, 1, 26, 225), expected: { dialled: [] } },
  { does: 'names 10,000 peers', answers: peers(...new Uint8Array(60_000).fill(0x34)), expected: { dialled: ['52.52.52.52:13364'] } }, // prettier-ignore
]
