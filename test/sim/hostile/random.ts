// A peer that does whatever a seed makes it do: any answer to a request, any message at any time, so that what nobody thought
// of is tried too.
import { Bitfield } from '../../../src/lib/base/bitfield.ts'
import type { Block } from '../../../src/lib/metainfo/block.ts'
import { seeded } from '../../picker/support.ts'
import { message, uint32 } from '../../wire/support.ts'
import { sendTrue, type Session } from '../support/scripted-peer.ts'
import { BLOCK, PIECES, sendWrong, type Stage } from './stage.ts'

type Random = () => number
type Answer = (block: Block, session: Session, random: Random, stage: Stage) => void
type Act = (session: Session, random: Random) => void

const ANSWERS: readonly Answer[] = [
  sendTrue,
  sendTrue,
  sendTrue,
  sendWrong,
  () => undefined,
  (block, { connection }) => connection.fast && connection.reject(block),
  (block, session, random, { world }) =>
    void world.clock.after(random() * 59_000, () => {
      if (session.ended()) return
      sendTrue(block, session)
      session.flush()
    }),
  (block, session) => {
    if (session.connection.fast) session.connection.reject(block)
    sendTrue(block, session)
  },
  (block, session) => {
    sendTrue(block, session)
    sendTrue(block, session)
  },
  (block, session) => sendTrue({ ...block, piece: (block.piece + 1) % (PIECES - 1) }, session),
]

const ACTS: readonly Act[] = [
  ({ connection }) => connection.choke(0),
  ({ connection }) => connection.unchoke(0),
  ({ connection }) => connection.unchoke(0),
  ({ connection }) => connection.bitfield(Bitfield.full(PIECES)),
  ({ connection }, random) => connection.have(pieceOf(random)),
  ({ connection }) => connection.interested(0),
  ({ connection }) => connection.notInterested(0),
  ({ connection }, random) => connection.request({ piece: pieceOf(random), offset: 0, length: BLOCK }, 0),
  ({ connection }, random) => connection.cancel({ piece: pieceOf(random), offset: 0, length: BLOCK }),
  ({ raw, connection }, random) => connection.fast && raw(message(17, uint32(pieceOf(random)))),
  ({ raw, connection }, random) => connection.fast && raw(message(13, uint32(pieceOf(random)))),
  ({ raw }, random) => raw(message(20, 2, uint32(pieceOf(random)))),
  ({ raw }, random) => raw(message(20, 3, random() < 0.5 ? 0 : 1)),
  ({ connection }) => connection.bitfield(new Bitfield(PIECES)),
  session => session.end(),
]

/** Sends a peer on the stage all of whose doings follow from the seed: some few kinds of answers and acts, over and over. */
export function randomPeer(stage: Stage, seed: number): void {
  const random = seeded(seed)
  const answers = someOf(ANSWERS, 1 + Math.floor(random() * 3), random)
  const acts = someOf(ACTS, Math.floor(random() * 4), random)
  const pace = 10 ** (1 + random() * 3)
  stage.peer(
    (event, session) => {
      if (event.type === 'handshake') {
        session.connection.bitfield(Bitfield.full(PIECES))
        session.connection.unchoke(0)
        if (acts.length > 0) stage.every(pace, session, () => choose(acts, random)?.(session, random))
      } else if (event.type === 'request') choose(answers, random)?.(event.block, session, random, stage)
    },
    { fast: random() < 0.5 },
  )
}

function pieceOf(random: Random): number {
  return Math.floor(random() * PIECES)
}

function choose<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)]
}

function someOf<T>(items: readonly T[], count: number, random: Random): readonly T[] {
  return Array.from({ length: count }, () => choose(items, random)).filter(item => item !== undefined)
}
