import { concat, dataView, fromLatin1 } from '../../src/lib/base/bytes.ts'
import { ConnectionIds } from '../../src/lib/tracker/connection-id.ts'
import { Tracker } from '../../src/lib/tracker/tracker.ts'
import { answerDatagram, MAX_ANSWER } from '../../src/lib/tracker/udp.ts'
import { Random } from '../random.ts'
import { check, type Target } from '../target.ts'

const IDS = new ConnectionIds(new Uint8Array(32).fill(5))
const ADDRESS = Uint8Array.of(10, 0, 0, 1)
const VALID = IDS.issue(ADDRESS, 0)
const TRANSACTION = '\u00de\u00ad\u00be\u00ef'
const TWO = `${'h'.repeat(20)}${'p'.repeat(20)}`

export const udpRequests: Target = {
  name: 'udp-requests',
  promise: 'the tracker answers with its transaction, in one datagram that is not fragmented, or not at all',
  seeds: [
    fromLatin1(`\0\0\u0004\u0017\u0027\u0010\u0019\u0080\0\0\0\0${TRANSACTION}`),
    concat([
      VALID,
      fromLatin1(
        `\0\0\0\u0001${TRANSACTION}${TWO}${'\0'.repeat(24)}\0\0\0\u0002\0\0\0\0key!\u00ff\u00ff\u00ff\u00ff\u001a\u00e1`,
      ),
    ]),
    concat([VALID, fromLatin1(`\0\0\0\u0002${TRANSACTION}${TWO}`)]),
  ],
  throws: [],
  words: ['\0\0\0\u0001', '\0\0\0\u0002', TWO, String.fromCharCode(...VALID)],
  run(input) {
    const random = new Random(1)
    const tracker = new Tracker({ interval: 60, random: () => random.uint32() / 2 ** 32, startedAt: 0 })
    const answer = answerDatagram(tracker, IDS, input, { transport: 'udp', address: ADDRESS, port: 50_000, now: 0 })
    if (answer === undefined) return 'silent'
    check(answer.length <= MAX_ANSWER, 'an answer is one datagram')
    check(dataView(answer).getUint32(4) === dataView(input).getUint32(12), 'the transaction comes back')
    const action = dataView(answer).getUint32(0)
    check(action !== 0 || answer.length <= input.length, 'a connect is not multiplied')
    return `${action} ${Math.ceil(answer.length / 12)}`
  },
}
