// Many at once: connections of one address, and peers of many addresses.
import { sendTrue } from '../support/scripted-peer.ts'
import type { HostileCase } from './judge.ts'
import { BLOCK, lure, sendWrong } from './stage.ts'

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
]
