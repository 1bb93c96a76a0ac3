// Hostile peers, in virtual time: a good peer is there too, and nothing that the others do may cost more than a case allows.
import { describe, it } from 'vitest'
import { BLOCKS } from './hostile/blocks.ts'
import { CROWDS } from './hostile/crowds.ts'
import { judge, type HostileCase } from './hostile/judge.ts'
import { MESSAGES } from './hostile/messages.ts'
import { METADATA } from './hostile/metadata.ts'
import { OPENING } from './hostile/opening.ts'
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
