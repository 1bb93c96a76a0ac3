// How a connection begins: handshakes, who one says one is, bitfields.
import { Bitfield } from '../../../src/lib/base/bitfield.ts'
import { message, uint32 } from '../../wire/support.ts'
import { sendTrue } from '../support/scripted-peer.ts'
import { idOf } from '../support/world.ts'
import type { HostileCase } from './judge.ts'
import { lure, PIECES } from './stage.ts'

const FULL = Bitfield.full(PIECES).bytes

export const OPENING: readonly HostileCase[] = [
  {
    name: 'speaks another protocol',
    attack: stage => void stage.raw(wire => wire.send(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'.padEnd(80)))),
    outcome: 'dropped',
    reason: 'wrong-protocol',
  },
  {
    name: 'answers for another torrent',
    attack: stage => void stage.raw(wire => wire.send(stage.handshakeOf(900, { infoHash: new Uint8Array(20) }))),
    outcome: 'dropped',
    reason: 'wrong-info-hash',
  },
  {
    name: 'has our own peer id',
    attack: stage => void stage.raw(wire => wire.send(stage.handshakeOf(900, { peerId: idOf(1) }))),
    outcome: 'dropped',
    reason: 'self-connection',
  },
  {
    name: 'never finishes its handshake',
    attack: stage => void stage.raw(wire => wire.send(stage.handshakeOf(900).subarray(0, 67))),
    alone: 11,
    outcome: 'dropped',
    reason: 'handshake-timeout',
  },
  {
    name: 'sends its handshake and bitfield a byte at a time, and then nothing',
    attack: stage =>
      void stage.raw(wire => {
        const all = Buffer.concat([stage.handshakeOf(900), message(5, FULL), message(1)])
        for (const [n, byte] of all.entries()) stage.world.clock.after(n * 50, () => wire.send(Uint8Array.of(byte)))
      }),
    alone: 6,
    outcome: 'ignored',
  },
  {
    name: 'is there twice, under one peer id',
    attack: stage => {
      for (let n = 0; n < 2; n++)
        stage.peer(
          lure(() => undefined),
          { peerId: idOf(900) },
        )
    },
    outcome: 'dropped',
    reason: 'duplicate',
    which: 'some',
  },
  {
    name: 'has a bitfield of the wrong length',
    attack: stage => void stage.peer(({ type }, { raw }) => type === 'handshake' && raw(message(5, FULL, 0))),
    outcome: 'dropped',
    reason: 'bad-length',
  },
  {
    name: 'sends its bitfield late, after haves',
    attack: stage =>
      void stage.peer((event, session) => {
        const { connection } = session
        if (event.type === 'handshake') {
          connection.have(0)
          connection.bitfield(Bitfield.full(PIECES))
          connection.unchoke(0)
        } else if (event.type === 'request') sendTrue(event.block, session)
      }),
    outcome: 'ignored',
  },
  {
    name: 'takes back all that it has as soon as it is asked',
    attack: stage => void stage.peer(lure((_block, { connection }) => connection.bitfield(new Bitfield(PIECES)))),
    outcome: 'ignored',
  },
  {
    name: 'sends bitfields without end',
    attack: stage =>
      void stage.peer(
        lure(
          () => undefined,
          session =>
            stage.every(2, session, n => {
              for (let k = 0; k < 10; k++)
                session.connection.bitfield(n % 2 === 0 ? new Bitfield(PIECES) : Bitfield.full(PIECES))
            }),
        ),
      ),
    outcome: 'banned',
    reason: 'messages',
  },
  {
    name: 'has all (BEP 6), then nothing, then a bitfield',
    attack: stage =>
      void stage.peer(
        (event, { connection }) => {
          if (event.type !== 'handshake') return
          connection.haveAll()
          connection.haveNone()
          connection.bitfield(Bitfield.full(PIECES))
        },
        { fast: true },
      ),
    outcome: 'ignored',
  },
  {
    name: 'says that it has all (BEP 6) without the bit for it',
    attack: stage => void stage.peer(({ type }, { raw }) => type === 'handshake' && raw(message(14))),
    outcome: 'dropped',
    reason: 'bad-message',
  },
  {
    name: 'has a piece that is not there',
    attack: stage => void stage.peer(({ type }, { raw }) => type === 'handshake' && raw(message(4, uint32(PIECES)))),
    outcome: 'dropped',
    reason: 'bad-message',
  },
  {
    name: 'has a piece whose number looks negative',
    attack: stage =>
      void stage.peer(({ type }, { raw }) => type === 'handshake' && raw(message(4, uint32(0xffff_ffff)))),
    outcome: 'dropped',
    reason: 'bad-message',
  },
  {
    name: 'has the peer id of the good one',
    // The leech is the first of all peers, this the second and the good one the third.
    attack: stage =>
      void stage.peer(
        lure(() => undefined),
        { peerId: idOf(3) },
      ),
    outcome: 'dropped',
    reason: 'duplicate',
    longer: 40,
  },
  {
    name: 'dials us under the peer id of the good one',
    attack: stage =>
      stage
        .visitor(
          lure(() => undefined),
          { peerId: idOf(3) },
        )
        .dial(stage.leech),
    outcome: 'dropped',
    reason: 'duplicate',
    longer: 40,
  },
]
