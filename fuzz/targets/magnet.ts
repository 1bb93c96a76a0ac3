import { equal, fromLatin1, utf8 } from '../../src/lib/base/bytes.ts'
import { formatMagnet, parseMagnet } from '../../src/lib/metainfo/magnet.ts'
import { check, type Target } from '../target.ts'

const HASH = 'c12fe1c06bba254a9dc9f519b335aa7c1367a88a'

/** Words that have a meaning here, between bars. */
const WORDS =
  'magnet:?|&|=|%|%00|%ff|+|&xt=urn:btih:|&xt=urn:btmh:1220|&tr=|&dn=|&xl=|&so=|&x.pe=|&ws=|[::]|:0|' +
  ':65536|0-|-1|.1|,| '

export const magnet: Target = {
  name: 'magnet',
  promise: 'a link is a magnet whose own link parses to the same, or a MAGNET_INVALID',
  seeds: [
    fromLatin1(`magnet:?xt=urn:btih:${HASH}`),
    fromLatin1(
      `magnet:?xt=urn:btih:${HASH}&dn=a+b%20c&xl=12&tr=http%3A%2F%2Ft%2Fa&x.pe=1.2.3.4:5&x.pe=[::1]:6&so=0,2-4`,
    ),
    fromLatin1('magnet:?xt.1=urn:btih:YNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C&tr.1=udp://x:1&tr.2=udp://y:2&ws=http://w/'),
    fromLatin1(`magnet:?xt=urn:btih:${HASH}&xt=urn:btmh:1220${'ab'.repeat(32)}`),
    utf8(`MAGNET:?dn=ä%FF\u202e&xt=urn:btih:${HASH}`),
  ],
  throws: ['MAGNET_INVALID', 'UNSUPPORTED_TORRENT'],
  words: [...WORDS.split('|'), HASH],
  run(input) {
    const parsed = parseMagnet(new TextDecoder().decode(input))
    check(parsed.infoHash.length === 20, 'an info-hash has 20 bytes')
    const { displayName, trackers, peers, webSeeds, selectOnly, exactLength, infoHashV2 } = parsed
    const again = parseMagnet(formatMagnet(parsed))
    check(equal(again.infoHash, parsed.infoHash), 'the hash comes back')
    check(JSON.stringify(again) === JSON.stringify(parsed), 'formatted and parsed it is the same')
    for (const { port } of peers) check(port > 0 && port < 65_536, 'a peer has a port')
    const given = [trackers, peers, webSeeds, selectOnly ?? []].map(list => list.length > 0)
    return [...given, displayName !== undefined, exactLength !== undefined, infoHashV2 !== undefined].join(' ')
  },
}
