// What a peer can ask of us while we download: too much, too long, too often, and without reading the answers.
import { Bitfield } from '../../../src/lib/base/bitfield.ts'
import { message, uint32 } from '../../wire/support.ts'
import type { Session } from '../support/scripted-peer.ts'
import type { HostileCase } from './judge.ts'
import { BLOCK, PIECES, type Stage } from './stage.ts'

function request(piece: number, offset: number, length: number, id = 6): Uint8Array {
  return message(id, uint32(piece), uint32(offset), uint32(length))
}

/** A leech that is interested, and does this with us all the time. */
function asks(make: (n: number) => Uint8Array, count = 500, fast = false): (stage: Stage) => void {
  return stage =>
    void stage.peer(
      (event, session: Session) => {
        if (event.type !== 'handshake') return
        session.connection.bitfield(new Bitfield(PIECES))
        session.connection.interested(0)
        stage.every(20, session, n => {
          session.raw(Buffer.concat(Array.from({ length: count }, (_, k) => make(n * count + k))))
        })
      },
      { fast },
    )
}

export const REQUESTS: readonly HostileCase[] = [
  {
    name: 'asks for a block of 1 MiB',
    attack: asks(() => request(0, 0, 1_048_576)),
    outcome: 'dropped',
    reason: 'bad-message',
  },
  {
    name: 'asks for a block of no bytes',
    attack: asks(() => request(0, 0, 0)),
    outcome: 'dropped',
    reason: 'bad-message',
  },
  {
    name: 'asks without end for pieces that are not there',
    attack: asks(n => request(PIECES + n, 0, BLOCK)),
    outcome: 'dropped',
    reason: 'request-flood',
  },
  {
    name: 'asks without end for what we lack (BEP 6)',
    attack: asks(n => request(n % PIECES, 0, BLOCK), 500, true),
    outcome: 'dropped',
    reason: 'request-flood',
  },
  {
    name: 'asks without end for a block that we lack, and cancels it as often',
    attack: asks(n => request(0, 0, BLOCK, n % 2 === 0 ? 6 : 8)),
    outcome: 'dropped',
    reason: 'request-flood',
  },
  {
    name: 'asks without end for a block that we have, and cancels it as often',
    attack: asks(n => request(0, 0, BLOCK, n % 2 === 0 ? 6 : 8)),
    leech: { have: [0] },
    outcome: 'banned',
    reason: 'messages',
  },
  {
    name: 'asks for one block over and over, once we have it',
    attack: asks(n => request(n % PIECES, 0, BLOCK), 2),
    outcome: 'ignored',
  },
]
