// The pieces that a peer may download while choked, which follow from its address, so that many connections from one
// network get one set between them (BEP 6 "Allowed Fast Set Generation").
import { createHash } from 'node:crypto'
import { concat } from '../base/bytes.ts'
import type { InfoHash } from '../base/ids.ts'

const SHA1_LENGTH = 20
const INDEX_LENGTH = 4

/**
 * `size` pieces of a torrent that has `pieceCount`, or all of them where that is no more.
 * @param ip the 4 bytes of the peer's IPv4 address; BEP 6 says nothing of IPv6.
 */
export function allowedFastSet(
  ip: Uint8Array,
  infoHash: InfoHash,
  pieceCount: number,
  size: number,
): ReadonlySet<number> {
  if (size >= pieceCount) return new Set(Array(pieceCount).keys())
  const network = Uint8Array.from(ip)
  network[3] = 0
  const pieces = new Set<number>()
  let seed: Uint8Array = concat([network, infoHash])
  while (pieces.size < size) {
    const hash = createHash('sha1').update(seed).digest()
    for (let at = 0; at < SHA1_LENGTH && pieces.size < size; at += INDEX_LENGTH) {
      pieces.add(hash.readUInt32BE(at) % pieceCount)
    }
    seed = hash
  }
  return pieces
}
