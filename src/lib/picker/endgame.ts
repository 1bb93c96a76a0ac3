// Endgame (BEP 3): when every block is asked for, idle peers ask again for what others have not delivered. A block is in
// flight more than twice only by way of LATE_COPIES, which bounds what a large swarm sends in vain.
import type { Bitfield } from '../base/bitfield.ts'
import type { PartialPiece, PeerKey } from './piece.ts'

/**
 * Blocks a peer may ask for at once where each has been asked of two others already: as libtorrent does, so that two slow
 * peers cannot hold up the end, and two hundred fast ones do not all ask for everything.
 */
const LATE_COPIES = 1

/** A block of a piece, asked for once more. */
export interface Again {
  readonly piece: number
  readonly n: number
}

/**
 * Up to `count` blocks that others were asked for, now asked of this peer too: first those asked of one peer only, from
 * the last requested backwards, as queues are served from the front; else one of those that the fewest were asked for.
 * @param partials in the order in which they were begun. Costs O(their blocks).
 */
export function requestAgain(
  partials: Iterable<PartialPiece>,
  peer: PeerKey,
  has: Bitfield,
  count: number,
): readonly Again[] {
  const candidates = [...partials].reverse().filter(partial => partial.admits(peer) && has.has(partial.index))
  const again = secondCopies(candidates, peer, count)
  if (again.length > 0) return again
  return lateCopies(candidates, peer, Math.min(count, LATE_COPIES))
}

function secondCopies(partials: readonly PartialPiece[], peer: PeerKey, count: number): Again[] {
  const again: Again[] = []
  for (const partial of partials) {
    for (let n = partial.blockCount - 1; n >= 0; n--) {
      if (again.length >= count) return again
      if (partial.requesterCount(n) === 1 && partial.requestAgain(peer, n) === 'requested') {
        again.push({ piece: partial.index, n })
      }
    }
  }
  return again
}

function lateCopies(partials: readonly PartialPiece[], peer: PeerKey, count: number): Again[] {
  const open: { partial: PartialPiece; n: number; copies: number }[] = []
  for (const partial of partials) {
    for (let n = partial.blockCount - 1; n >= 0; n--) {
      const copies = partial.requesterCount(n)
      if (copies > 0 && !partial.expects(peer, n)) open.push({ partial, n, copies })
    }
  }
  open.sort((a, b) => a.copies - b.copies)
  return open.slice(0, count).map(({ partial, n }) => {
    partial.requestAgain(peer, n)
    return { piece: partial.index, n }
  })
}
