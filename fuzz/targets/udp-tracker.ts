import {
  isBareAnswer,
  readAnnounce,
  readAnswer,
  readConnect,
  readError,
  readScrape,
} from '../../plugins/tracker-udp/src/packets.ts'
import { shownText } from '../../plugins/tracker-udp/src/problems.ts'
import { receivedStep } from '../../plugins/tracker-udp/src/trace.ts'
import { fromLatin1 } from '../../src/lib/base/bytes.ts'
import { infoHash } from '../../src/lib/base/ids.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'
import { check, sizeOf, type Target } from '../target.ts'

const HASHES = [infoHash(new Uint8Array(20)), infoHash(new Uint8Array(20).fill(1))]
const NUMBERS = '\0\0\u0007\u0008\0\0\0\u0002\0\0\0\u0003'

export const udpTracker: Target = {
  name: 'udp-tracker',
  promise: 'never throws, reads no byte past the datagram, and every peer has a port',
  seeds: [
    fromLatin1('\0\0\0\0\u00de\u00ad\u00be\u00efconnid!!'),
    fromLatin1(`\0\0\0\u0001\u00de\u00ad\u00be\u00ef${NUMBERS}\u0001\u0002\u0003\u0004\u001a\u00e1`),
    fromLatin1(`\0\0\0\u0002\u00de\u00ad\u00be\u00ef${NUMBERS}${NUMBERS}`),
    fromLatin1('\0\0\0\u0003\u00de\u00ad\u00be\u00efno such torrent\u202e'),
  ],
  throws: [],
  words: ['\0\0\0\u0001', '\0\0\0\u0002', '\0\0\0\u0003', '\u001a\u00e1', NUMBERS],
  maxLength: 1500,
  run(input) {
    const answer = readAnswer(input)
    receivedStep(input, '1.2.3.4:5', 4)
    receivedStep(input, '[::1]:5', 6)
    if (answer === undefined) return 'short'
    check(answer.action >= 0 && answer.transaction >= 0, 'numbers are unsigned')
    const counts = ([4, 6] as const).map(family => peers(input, family))
    const scraped = readScrape(input, HASHES)
    check((scraped === undefined) === input.length < 32, 'a scrape is as long as its entries')
    check(!/[\p{Cc}\p{Cf}]/u.test(shownText(readError(input))), 'an error steers no terminal')
    const connected = readConnect(input)?.length
    return `${Math.min(answer.action, 4)} ${isBareAnswer(input)} ${connected} ${counts.join(' ')} ${scraped?.length}`
  },
}

function peers(input: Uint8Array, family: 4 | 6): string {
  const answer = readAnnounce(input, family, toolkit)
  if (answer === undefined) return '-'
  for (const { port } of answer.peers) check(port >= 1 && port <= 65_535, 'a peer has a port')
  check(answer.interval >= 0 && answer.interval < 2 ** 32, 'an interval is unsigned')
  return sizeOf(answer.peers.length)
}
