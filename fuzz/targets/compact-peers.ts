import { equal, fromLatin1 } from '../../src/lib/base/bytes.ts'
import { decodeCompact, encodeCompact } from '../../src/lib/discovery/compact.ts'
import { ipBytes } from '../../src/lib/discovery/ip.ts'
import { check, sizeOf, type Target } from '../target.ts'

/** The first byte chooses the family. */
export const compactPeers: Target = {
  name: 'compact-peers',
  promise: 'every peer has a literal address and a port, and encodes to its entry',
  seeds: [
    fromLatin1('\u0000\u0001\u0002\u0003\u0004\u001a\u00e1\u0005\u0006\u0007\u0008\0\0'),
    fromLatin1(`\u0001${'\0'.repeat(15)}\u0001\u001a\u00e1`),
    fromLatin1(`\u0001${'\0'.repeat(10)}\u00ff\u00ff\u0001\u0002\u0003\u0004\u001a\u00e1`),
  ],
  throws: [],
  words: ['\0\0', `${'\0'.repeat(10)}\u00ff\u00ff`, '\u00ff\u00ff\u00ff\u00ff', '\u00fe\u0080'],
  maxLength: 400,
  run(input) {
    const family = (input[0] ?? 0) % 2 === 0 ? 4 : 6
    const entry = family === 4 ? 6 : 18
    const peers = decodeCompact(input.subarray(1), family)
    check(
      (peers === undefined) === ((input.length - Math.min(1, input.length)) % entry !== 0),
      'only length is refused',
    )
    if (peers === undefined) return 'nothing'
    for (const peer of peers) {
      check(peer.port >= 1 && peer.port <= 65_535, 'a peer has a port')
      const width = ipBytes(peer.host)?.length
      check(width === 4 || (width === 16 && family === 6), 'a peer has a literal address')
      const encoded = encodeCompact([peer], width === 4 ? 4 : 6)
      const again = decodeCompact(encoded, width === 4 ? 4 : 6)?.[0]
      check(again?.host === peer.host && again.port === peer.port, 'a peer comes back')
    }
    const ported = encodeCompact(peers, 4).length / 6 + encodeCompact(peers, 6).length / 18
    check(ported === peers.length, 'no peer is lost')
    check(family === 6 || equal(encodeCompact(peers, 4), without0(input.subarray(1))), 'IPv4 comes back byte for byte')
    return `${family} ${sizeOf(peers.length)} ${new Set(peers.map(peer => peer.host.replaceAll(/[\da-f]+/g, '#'))).size}`
  },
}

/** The entries that have a port. */
function without0(list: Uint8Array): Uint8Array {
  const entries = Array.from({ length: list.length / 6 }, (_, index) => [...list.subarray(6 * index, 6 * index + 6)])
  return Uint8Array.from(entries.filter(([, , , , high, low]) => high !== 0 || low !== 0).flat())
}
