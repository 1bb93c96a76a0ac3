// Many at once: connections of one address, and peers of many addresses.
import { sendTrue } from '../support/scripted-peer.ts'
import type { HostileCase } from './judge.ts'
import { BLOCK, lure, sendWrong, type Stage } from './stage.ts'

/** Answers one request each time so many milliseconds have passed. */
function drip(stage: Stage, interval: number): void {
  let next = 0
  stage.peer(
    lure((block, session) => {
      next += interval
      stage.world.clock.after(next, () => {
        sendTrue(block, session)
        session.flush()
      })
    }),
  )
}

export const CROWDS: readonly HostileCase[] = [
  {
    name: 'opens a thousand connections from one address and says nothing on them',
    attack: stage => stage.rawDials('52.8.0.1', 1000, () => undefined),
    outcome: 'refused',
  },
  {
    name: 'opens a thousand connections from one address, each with a peer id of its own',
    attack: stage => stage.rawDials('52.8.0.1', 1000, n => stage.handshakeOf(1000 + n)),
    outcome: 'dropped',
    reason: 'replaced',
  },
  {
    name: 'comes and goes hundreds of times',
    attack: stage => {
      const visitor = stage.visitor(({ type }, { end }) => type === 'handshake' && end())
      for (let n = 0; n < 300; n++) stage.world.clock.after(n * 20, () => visitor.dial(stage.leech))
    },
    outcome: 'dropped',
    reason: 'closed-by-peer',
  },
  {
    name: 'is fifty that send wrong blocks',
    attack: stage => {
      for (let n = 0; n < 50; n++) stage.peer(lure(sendWrong))
    },
    outcome: 'banned',
    reason: 'piece',
    longer: 5,
  },
  {
    name: 'is fifty that each send one wrong block in four',
    attack: stage => {
      for (let n = 0; n < 50; n++) {
        stage.peer(lure((block, session) => (block.offset === BLOCK ? sendWrong : sendTrue)(block, session)))
      }
    },
    outcome: 'banned',
    reason: 'piece',
    longer: 5,
  },
  {
    name: 'is fifty that never answer',
    attack: stage => {
      for (let n = 0; n < 50; n++) stage.peer(lure(() => undefined))
    },
    outcome: 'ignored',
    longer: 8,
  },
  {
    name: 'is fifty that send all but the last block of each piece, and wrong ones',
    attack: stage => {
      for (let n = 0; n < 50; n++) {
        stage.peer(lure((block, session) => block.offset < 3 * BLOCK && sendWrong(block, session)))
      }
    },
    outcome: 'banned',
    reason: 'piece',
    which: 'some',
    longer: 20,
  },
  {
    name: 'is fifty of whom half send wrong blocks, and half a block now and then, just before it is late',
    attack: stage => {
      for (let n = 0; n < 50; n++) {
        if (n % 2 === 0)
          stage.peer(lure((block, session) => (block.offset === BLOCK ? sendWrong : sendTrue)(block, session)))
        else drip(stage, 50_000)
      }
    },
    outcome: 'banned',
    reason: 'piece',
    which: 'some',
    longer: 60,
  },
  {
    name: 'is two hundred that take all places, and say nothing',
    attack: stage => {
      for (let n = 0; n < 200; n++) stage.visitor(() => undefined).dial(stage.leech)
    },
    outcome: 'dropped',
    reason: 'replaced',
    which: 'some',
    longer: 62,
  },
  {
    name: 'is two hundred that take all places, and want all that we have',
    attack: stage => {
      for (let n = 0; n < 200; n++) {
        stage.visitor(({ type }, { connection }) => type === 'handshake' && connection.interested(0)).dial(stage.leech)
      }
    },
    outcome: 'dropped',
    reason: 'replaced',
    which: 'some',
    longer: 62,
  },
]
