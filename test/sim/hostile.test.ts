// Hostile peers, in virtual time: a good peer is there too, and nothing that the others do may cost more than a case allows.
import { describe, it } from 'vitest'
import { BLOCKS } from './hostile/blocks.ts'
import { CROWDS } from './hostile/crowds.ts'
import { judge, judgeTime, type HostileCase } from './hostile/judge.ts'
import { MESSAGES } from './hostile/messages.ts'
import { METADATA } from './hostile/metadata.ts'
import { OPENING } from './hostile/opening.ts'
import { randomPeer } from './hostile/random.ts'
import { REQUESTS } from './hostile/requests.ts'

const TABLE: Readonly<Record<string, readonly HostileCase[]>> = {
  opening: OPENING,
  messages: MESSAGES,
  blocks: BLOCKS,
  requests: REQUESTS,
  metadata: METADATA,
  crowds: CROWDS,
}

for (const [kind, cases] of Object.entries(TABLE)) {
  describe(`a hostile peer (${kind})`, () => {
    it.each(cases)('that $name', hostile => judge(hostile))
  })
}

describe('hostile peers that do anything, over and over', () => {
  // With some of these a piece was stuck for a minute or more with a peer that did not deliver it.
  it.each([21, 195, 197, 366, 488, 601, 602, 603, 604, 605])('one, number %i', seed => {
    judgeTime(stage => randomPeer(stage, seed * 1000), 10)
  })

  it.each([6, 21, 25, 701])('twelve, number %i', seed => {
    judgeTime(stage => {
      for (let n = 0; n < 12; n++) randomPeer(stage, seed * 1000 + n)
    }, 30)
  })
})
