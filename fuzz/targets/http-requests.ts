import { fromLatin1, latin1 } from '../../src/lib/base/bytes.ts'
import { decode } from '../../src/lib/bencode/decode.ts'
import { answerHttp } from '../../src/lib/tracker/http.ts'
import { Tracker } from '../../src/lib/tracker/tracker.ts'
import { Random } from '../random.ts'
import { check, wordsOf, type Target } from '../target.ts'
import { shapeOf } from './bencode.ts'

const ID = '%aa'.repeat(20)
const ADDRESSES = [Uint8Array.of(10, 0, 0, 1), new Uint8Array(16).fill(0x20)] as const

/** The first byte chooses who asks. */
export const httpRequests: Target = {
  name: 'http-requests',
  promise: 'the tracker answers any request target, an announce or a scrape with canonical bencode',
  seeds: [
    fromLatin1(
      `\0/announce?info_hash=${ID}&peer_id=${ID}&port=6881&uploaded=0&downloaded=0&left=0&compact=1&event=started`,
    ),
    fromLatin1(
      `\u0001/announce?info_hash=${ID}&peer_id=${ID}&port=1&left=9&compact=0&no_peer_id=1&numwant=5&ip=1.2.3.4`,
    ),
    fromLatin1(`\0/scrape?info_hash=${ID}&info_hash=${ID}`),
    fromLatin1('\0/stats.json'),
  ],
  throws: [],
  words: [
    '/announce?',
    '/scrape?',
    '&',
    '=',
    '%',
    '%00',
    '%zz',
    '+',
    '&port=',
    '&left=',
    '&event=stopped',
    '&numwant=-1',
    ID,
  ],
  run(input) {
    const address = ADDRESSES[(input[0] ?? 0) % 2 === 0 ? 0 : 1]
    const target = latin1(input.subarray(1))
    // A tracker of its own for each, so that an outcome depends on the input alone.
    const random = new Random(1)
    const tracker = new Tracker({ interval: 60, random: () => random.uint32() / 2 ** 32, startedAt: 0 })
    const answer = answerHttp(tracker, target, { transport: 'http', address, port: 50_000, now: 0 })
    if (answer.status === 404 || answer.type === 'application/json') return `${answer.status} ${answer.type}`
    const value = decode(fromLatin1(answer.body))
    check(value instanceof Map, 'an answer is a dictionary')
    const reason: unknown = value.get('failure reason')
    return reason instanceof Uint8Array ? wordsOf(latin1(reason)) : shapeOf(value, 1)
  },
}
