import { readAnnounce, readScrape } from '../../plugins/tracker-http/src/answer.ts'
import { fromLatin1 } from '../../src/lib/base/bytes.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import { responseOf, scrapeEntriesOf } from '../../src/lib/engine/tracker-answers.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'
import { check, isAllowed, sizeOf, type Target } from '../target.ts'

const URL = 'http://tracker.example/announce'
const HASH = infoHash(fromLatin1('h'.repeat(20)))
const FACTS = '8:completei5e10:incompletei6e8:intervali900e12:min intervali300e'

/** Words that have a meaning here, between bars. */
const WORDS =
  'complete|incomplete|downloaded|interval|min interval|peers|peers6|ip|port|peer id|failure reason|' +
  'retry in|never|warning message|tracker id|external ip|files|::1|::ffff:1.2.3.4'

/** The first byte chooses the HTTP status. */
export const httpTracker: Target = {
  name: 'http-tracker',
  promise: 'an answer is peers with ports and finite numbers, or a failure of the tracker',
  seeds: [
    fromLatin1(`\0d${FACTS}5:peers12:\u0001\u0002\u0003\u0004\u001a\u00e1\u0005\u0006\u0007\u0008\0\0e`),
    fromLatin1(`\0d${FACTS}5:peersld2:ip7:1.2.3.47:peer id1:x4:porti1eed2:ip12:peer.example4:porti70000eeee`),
    fromLatin1(`\0d11:external ip4:abcd5:peers0:6:peers618:${'x'.repeat(18)}10:tracker id1:t15:warning message2:hoe`),
    fromLatin1('\u0001d14:failure reason4:gone8:retry in5:nevere'),
    fromLatin1(`\0d5:filesd20:${'h'.repeat(20)}d8:completei1e10:downloadedi2e10:incompletei3e4:name1:neee`),
    fromLatin1('\0<html>'),
  ],
  throws: ['TRACKER_REFUSED', 'TRACKER_INVALID_ANSWER'],
  words: WORDS.split('|'),
  run(input) {
    const response = { status: (input[0] ?? 0) % 2 === 0 ? 200 : 404, body: input.slice(1) }
    scrape(response)
    const answer = responseOf(readAnnounce(response, URL, toolkit), URL)
    check(Number.isFinite(answer.interval) && answer.interval >= 0, 'an interval is a time')
    for (const { host, port } of answer.peers) {
      check(host.length > 0 && port >= 1 && port <= 65_535, 'a peer can be dialled')
    }
    check(!/\p{Cc}/u.test(answer.warning ?? ''), 'a warning steers no terminal')
    const fields = Object.entries(answer).map(([name, value]) => `${name} ${typeof value}`)
    return `${sizeOf(answer.peers.length)} ${fields.sort().join(' ')}`
  },
}

function scrape(response: { readonly status: number; readonly body: Uint8Array }): void {
  try {
    const entries = scrapeEntriesOf(readScrape(response, [HASH], URL, toolkit), URL)
    for (const { complete, incomplete, downloaded } of entries) {
      check(
        [complete, incomplete, downloaded].every(count => Number.isFinite(count) && count >= 0),
        'a count is one',
      )
    }
  } catch (error) {
    if (!isAllowed(httpTracker, error)) throw error
  }
}
