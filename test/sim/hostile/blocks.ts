// What a peer can do with the requests that it gets: wrong bytes, blocks nobody asked for, and all the ways not to answer.
import { message, uint32 } from '../../wire/support.ts'
import { sendTrue, type Session } from '../support/scripted-peer.ts'
import type { Block } from '../../../src/lib/metainfo/block.ts'
import type { HostileCase } from './judge.ts'
import { BLOCK, lure, PIECE_LENGTH, PIECES, sendWrong, type Stage } from './stage.ts'

const BLOCKS_PER_PIECE = PIECE_LENGTH / BLOCK

function answers(answer: (block: Block, session: Session, n: number) => unknown, fast = false): (stage: Stage) => void {
  return stage => {
    let n = 0
    stage.peer(
      lure((block, session) => answer(block, session, n++)),
      { fast },
    )
  }
}

/** Sends so many bytes of the block, and nothing ever after. */
function begin(block: Block, session: Session, length: number): void {
  session.raw(message(7, uint32(block.piece), uint32(block.offset), session.bytesOf(block)).subarray(0, length))
}

/** Sends the bytes of one block after another so slowly. */
function trickle(stage: Stage, size: number, interval: number): void {
  const left: number[] = []
  let sending = false
  stage.peer(
    lure((block, session) => {
      left.push(...message(7, uint32(block.piece), uint32(block.offset), session.bytesOf(block)))
      if (sending) return
      sending = true
      stage.every(interval, session, () => session.raw(Uint8Array.from(left.splice(0, size))))
    }),
  )
}

const WRONG = { outcome: 'banned', reason: 'piece' } as const
const UNASKED = { outcome: 'banned', reason: 'not asked for' } as const

export const BLOCKS: readonly HostileCase[] = [
  { name: 'sends wrong bytes in every block', attack: answers(sendWrong), ...WRONG },
  {
    name: 'sends wrong bytes in one block of a piece',
    attack: answers((block, session) => (block.offset === BLOCK ? sendWrong : sendTrue)(block, session)),
    ...WRONG,
  },
  {
    name: 'sends wrong bytes in the last block of a piece only',
    attack: answers((block, session) => (block.offset === PIECE_LENGTH - BLOCK ? sendWrong : sendTrue)(block, session)),
    ...WRONG,
  },
  {
    name: 'sends good pieces and bad ones in turn',
    attack: answers((block, session) => (block.piece % 2 === 0 ? sendWrong : sendTrue)(block, session)),
    ...WRONG,
  },
  {
    name: 'sends each block twice, the second time wrong',
    attack: answers((block, session) => {
      sendTrue(block, session)
      sendWrong(block, session)
    }),
    ...UNASKED,
  },
  {
    name: 'floods us with blocks never asked for',
    attack: stage =>
      void stage.peer(
        lure(
          () => undefined,
          session =>
            stage.every(4, session, n => {
              for (let k = 0; k < 2; k++) {
                const block = { piece: (n * 2 + k) % PIECES, offset: 0, length: BLOCK }
                session.connection.sendBlock(block, session.bytesOf(block))
              }
            }),
        ),
      ),
    ...UNASKED,
  },
  {
    name: 'floods us with blocks of one byte of pieces that are not there',
    attack: stage =>
      void stage.peer(
        lure(
          () => undefined,
          session =>
            stage.every(4, session, n => {
              for (let k = 0; k < 100; k++) session.raw(message(7, uint32(PIECES + n), uint32(0xffff_ffff), 1))
            }),
        ),
      ),
    ...UNASKED,
  },
  {
    name: 'answers each request with another block',
    attack: answers((block, session) => sendTrue({ ...block, piece: (block.piece + 1) % PIECES }, session)),
    outcome: 'ignored',
  },
  {
    name: 'sends the same block a hundred times',
    attack: answers((block, session) => {
      for (let n = 0; n < 100; n++) sendTrue(block, session)
    }),
    ...UNASKED,
  },
  { name: 'never answers', attack: answers(() => undefined), outcome: 'ignored' },
  {
    name: 'answers two seconds long at full speed, then never again',
    attack: stage => {
      stage.peer(lure((block, session) => stage.world.clock.now < 400 && sendTrue(block, session)))
    },
    outcome: 'ignored',
    longer: 8,
  },
  {
    name: 'stalls in the middle of a block',
    attack: answers((block, session, n) => n === 0 && begin(block, session, 5000)),
    outcome: 'ignored',
  },
  {
    name: 'sends a byte every 50 ms',
    attack: stage => trickle(stage, 1, 50),
    outcome: 'ignored',
  },
  {
    name: 'sends a block every 10 s',
    attack: stage => {
      let next = 0
      stage.peer(
        lure((block, session) => {
          next += 10_000
          stage.world.clock.after(next, () => {
            sendTrue(block, session)
            session.flush()
          })
        }),
      )
    },
    outcome: 'ignored',
  },
  {
    name: 'sends all of each piece but its last block',
    attack: answers((block, session) => block.offset < PIECE_LENGTH - BLOCK && sendTrue(block, session)),
    outcome: 'ignored',
    longer: 8,
  },
  {
    name: 'chokes in the middle of its answers, for good',
    attack: answers((block, session, n) => {
      if (n === 6) session.connection.choke(0)
      else if (n < 6) sendTrue(block, session)
    }),
    outcome: 'ignored',
  },
  {
    name: 'chokes and unchokes with each request',
    attack: answers((_block, { connection }) => {
      connection.choke(0)
      connection.unchoke(0)
    }),
    outcome: 'banned',
    reason: 'messages',
  },
  {
    name: 'resets the connection in the middle of a block',
    attack: answers((block, session, n) => {
      if (n < BLOCKS_PER_PIECE - 1) return sendTrue(block, session)
      begin(block, session, 5000)
      return session.reset()
    }),
    outcome: 'dropped',
    reason: 'closed-by-peer',
  },
  {
    name: 'rejects everything',
    attack: answers((block, { connection }) => connection.reject(block), true),
    outcome: 'ignored',
  },
  {
    name: 'rejects everything, and sends it all the same',
    attack: answers((block, session) => {
      session.connection.reject(block)
      sendWrong(block, session)
    }, true),
    outcome: 'ignored',
  },
  {
    name: 'allows all pieces while it chokes us, and rejects each request',
    attack: stage =>
      void stage.peer(
        (event, session) => {
          if (event.type === 'handshake') {
            session.connection.haveAll()
            for (let piece = 0; piece < PIECES; piece++) session.connection.allowedFast(piece)
          } else if (event.type === 'request') session.connection.reject(event.block)
        },
        { fast: true },
      ),
    outcome: 'ignored',
  },
  {
    name: 'chokes us in the middle of its answers, and never rejects what it owes (BEP 6)',
    attack: answers((block, session, n) => {
      if (n === 6) session.connection.choke(0)
      else if (n < 6) sendTrue(block, session)
    }, true),
    outcome: 'ignored',
  },
  {
    name: 'sends all but one block of each piece, and a byte of that now and then',
    attack: stage => {
      stage.peer(
        lure((block, session) => {
          if (block.offset > 0) return sendTrue(block, session)
          return begin(block, session, 14)
        }),
      )
    },
    outcome: 'banned',
    reason: 'piece',
    longer: 8,
  },
]
