// Messages that are too long, make no sense or come without end.
import { encode } from '../../../src/lib/bencode/encode.ts'
import type { BencodeInput } from '../../../src/lib/bencode/value.ts'
import { encodeDontHave } from '../../../src/lib/swarm/core-extensions.ts'
import { bytes, message, uint32 } from '../../wire/support.ts'
import type { Session } from '../support/scripted-peer.ts'
import type { HostileCase } from './judge.ts'
import { BLOCK, lure, PIECES, type Stage } from './stage.ts'

/** A seed that answers nothing, and sends this whenever it likes. */
function flood(make: (n: number, session: Session) => Uint8Array): (stage: Stage) => void {
  return stage =>
    void stage.peer(
      lure(
        () => undefined,
        session => {
          stage.every(4, session, n => {
            // As many as the line takes, and never more than it takes.
            const one = make(n, session)
            const copies = Math.max(1, Math.min(250, Math.floor(32_000 / one.length)))
            session.raw(Buffer.concat(Array.from({ length: copies }, (_, k) => make(n * copies + k, session))))
          })
        },
      ),
      { fast: true },
    )
}

function says(...said: readonly Uint8Array[]): (stage: Stage) => void {
  return stage => void stage.peer(({ type }, { raw }) => type === 'handshake' && raw(bytes(...said)))
}

function extendedHandshake(dict: BencodeInput): Uint8Array {
  return message(20, 0, encode(dict))
}

const GREETING = extendedHandshake({ m: { ut_metadata: 1 } })
const LONG_GREETING = extendedHandshake({ m: {}, v: new Uint8Array(500_000) })
const USELESS = message(99, new Uint8Array(1_000_000))

const FLOOD = { outcome: 'banned', reason: 'messages' } as const

export const MESSAGES: readonly HostileCase[] = [
  {
    name: 'claims 4 GiB for a message',
    attack: says(uint32(0xffff_ffff), bytes(7)),
    outcome: 'dropped',
    reason: 'bad-length',
  },
  {
    name: 'claims 2 GiB for a bitfield',
    attack: says(uint32(0x8000_0000), bytes(5)),
    outcome: 'dropped',
    reason: 'bad-length',
  },
  { name: 'sends a have of 5 bytes', attack: says(message(4, uint32(1), 0)), outcome: 'dropped', reason: 'bad-length' },
  {
    name: 'sends a block longer than any that was asked for',
    attack: says(uint32(9 + BLOCK + 1), bytes(7)),
    outcome: 'dropped',
    reason: 'bad-length',
  },
  {
    name: 'sends a block of no bytes',
    attack: says(message(7, uint32(0), uint32(0))),
    outcome: 'dropped',
    reason: 'bad-length',
  },
  { name: 'says that it is alive without end', attack: flood(() => uint32(0)), ...FLOOD },
  { name: 'sends haves of one piece without end', attack: flood(() => message(4, uint32(1))), ...FLOOD },
  { name: 'sends messages nobody knows', attack: flood(() => message(99, new Uint8Array(100))), ...FLOOD },
  {
    name: 'sends messages of 1 MiB nobody knows',
    attack: flood(() => USELESS),
    ...FLOOD,
  },
  {
    name: 'chokes and unchokes without end',
    attack: flood(n => message(n % 2)),
    ...FLOOD,
  },
  {
    name: 'is interested and not interested without end',
    attack: flood(n => message(2 + (n % 2))),
    ...FLOOD,
  },
  { name: 'names ports without end', attack: flood(() => message(9, 1, 1)), ...FLOOD },
  { name: 'suggests pieces without end', attack: flood(n => message(13, uint32(n))), ...FLOOD },
  { name: 'allows pieces without end', attack: flood(n => message(17, uint32(n))), ...FLOOD },
  {
    name: 'rejects what was never asked for without end',
    attack: flood(n => message(16, uint32(n), uint32(0), uint32(BLOCK))),
    ...FLOOD,
  },
  {
    name: 'cancels what it never asked for without end',
    attack: flood(n => message(8, uint32(n % PIECES), uint32(0), uint32(BLOCK))),
    ...FLOOD,
  },
  {
    name: 'has a piece and has it not (BEP 54) without end',
    attack: flood((n, { connection }) =>
      n % 2 === 0 ? message(4, uint32(1)) : message(20, Number(connection.handshakeDone) * 2, encodeDontHave(1)),
    ),
    ...FLOOD,
  },
  {
    name: 'only uploads and does not (BEP 21) without end',
    attack: flood(n => message(20, 3, n % 2)),
    ...FLOOD,
  },
  { name: 'greets without end (BEP 10)', attack: flood(() => GREETING), ...FLOOD },
  {
    name: 'greets with half a megabyte without end (BEP 10)',
    attack: flood(() => LONG_GREETING),
    ...FLOOD,
  },
  {
    name: 'sends extension messages under ids that nobody gave',
    attack: flood(n => message(20, 100 + (n % 100), new Uint8Array(50))),
    ...FLOOD,
  },
  {
    name: 'greets with a tower of lists',
    attack: says(message(20, 0, 'd1:a', 'l'.repeat(100_000), 'e'.repeat(100_000), 'e')),
    outcome: 'dropped',
    reason: 'bad-message',
  },
  {
    name: 'gives all its extensions one id',
    attack: stage =>
      void stage.peer(
        lure(
          () => undefined,
          ({ raw }) =>
            raw(
              extendedHandshake({
                m: { ut_metadata: 1, ut_pex: 1, lt_donthave: 1, upload_only: 1 },
                metadata_size: -1,
                reqq: -1,
              }),
            ),
        ),
      ),
    outcome: 'ignored',
  },
]
