import { concat } from '../../src/lib/base/bytes.ts'
import { ConversationTrace } from '../../src/lib/wire/trace.ts'
import { Random } from '../random.ts'
import { check, type Target } from '../target.ts'
import { handshake } from './handshake.ts'
import { wire } from './wire.ts'

const SHAKEN = handshake.seeds[0].subarray(1)

/** The first byte says how chunks are cut. */
export const trace: Target = {
  name: 'trace',
  promise: 'what is shown of a conversation does not depend on its chunks, and nothing throws',
  seeds: [concat([Uint8Array.of(7), SHAKEN, wire.seeds[0].subarray(3)]), concat([Uint8Array.of(1), SHAKEN])],
  throws: [],
  ...(wire.words === undefined ? {} : { words: wire.words }),
  run(input) {
    const bytes = input.subarray(1)
    const whole = new ConversationTrace().read('in', bytes.slice())
    const random = new Random(input[0] ?? 0)
    const cut = new ConversationTrace()
    const parts: unknown[] = []
    for (let at = 0; at < bytes.length;) {
      const chunk = bytes.slice(at, at + random.below(40) + 1)
      parts.push(...cut.read('in', chunk))
      at += chunk.length
    }
    check(JSON.stringify(parts, plainly) === JSON.stringify(whole, plainly), 'chunks make no difference')
    return [...new Set(whole.map(each => `${each.type}${'malformed' in each ? '!' : ''}`))].sort().slice(0, 8).join(' ')
  },
}

function plainly(_: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Map ? [...value] : value
}
