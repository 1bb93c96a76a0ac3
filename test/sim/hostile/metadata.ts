// What a peer can do to who starts from a magnet link.
import { decodePrefix } from '../../../src/lib/bencode/decode.ts'
import { encode } from '../../../src/lib/bencode/encode.ts'
import { getInteger, isDict } from '../../../src/lib/bencode/access.ts'
import { message } from '../../wire/support.ts'
import type { Script, Session } from '../support/scripted-peer.ts'
import type { HostileCase } from './judge.ts'
import { lure, type Stage } from './stage.ts'

const THEIR_ID = 1

/** Says that it has metadata of this size, and answers requests for pieces of it. */
function offers(size: number, answer: (piece: number, session: Session) => void): (stage: Stage) => void {
  const seed = lure(
    () => undefined,
    ({ raw }) => raw(message(20, 0, encode({ m: { ut_metadata: 3 }, metadata_size: size }))),
  )
  const script: Script = (event, session) => {
    seed(event, session)
    if (event.type !== 'extended' || event.id !== 3) return
    const { value } = decodePrefix(event.payload)
    if (isDict(value)) answer(getInteger(value, 'piece') ?? 0, session)
  }
  return stage => void stage.peer(script)
}

function sendData(piece: number, size: number, length: number, session: Session): void {
  session.raw(message(20, THEIR_ID, encode({ msg_type: 1, piece, total_size: size }), new Uint8Array(length).fill(1)))
}

const MAGNET = { leech: { magnet: true } } as const

export const METADATA: readonly HostileCase[] = [
  { name: 'has metadata of no bytes', attack: offers(0, () => undefined), outcome: 'ignored', ...MAGNET },
  { name: 'has metadata of 2 GiB', attack: offers(2 ** 31, () => undefined), outcome: 'ignored', ...MAGNET },
  { name: 'has metadata of a negative size', attack: offers(-1, () => undefined), outcome: 'ignored', ...MAGNET },
  {
    name: 'lies about the size of the metadata, and never answers',
    attack: offers(30_000_000, () => undefined),
    outcome: 'ignored',
    longer: 15,
    ...MAGNET,
  },
  {
    name: 'sends less of the metadata than it said',
    attack: offers(40_000, (piece, session) => sendData(piece, 40_000, 100, session)),
    outcome: 'dropped',
    reason: 'extension',
    ...MAGNET,
  },
  {
    name: 'sends metadata that does not hash',
    attack: offers(10_000, (piece, session) => sendData(piece, 10_000, 10_000, session)),
    outcome: 'banned',
    reason: 'metadata',
    ...MAGNET,
  },
  {
    name: 'rejects all requests for metadata',
    attack: offers(10_000, (piece, { raw }) => raw(message(20, THEIR_ID, encode({ msg_type: 2, piece })))),
    outcome: 'ignored',
    longer: 15,
    ...MAGNET,
  },
  {
    name: 'sends metadata nobody asked for without end',
    attack: stage =>
      void stage.peer(
        lure(
          () => undefined,
          session =>
            stage.every(4, session, n => {
              sendData(n, 10_000_000, 16_384, session)
              sendData(n, 10_000_000, 16_384, session)
            }),
        ),
      ),
    outcome: 'banned',
    reason: 'messages',
    ...MAGNET,
  },
]
