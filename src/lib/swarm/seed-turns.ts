// Whom a seed serves: it has nothing to get in return, so slots go round, a SEED_QUANTUM each. Who stalls, as it reads more
// slowly than it asks, would keep its slot from the fast all that time and leave the line idle, so it is served besides the
// slots. Yet what lies in full sockets competes for the line, and takes memory, even after a choke: while there are more than
// MOST_STALLED, one peer more is served in a round. A slot that is not used is free for who waits, and who waits goes before
// those of a host that is served already: as many as one opens, its connections have no more of the turns than others.
import type { ChokeCandidate } from './choker.ts'

/** Milliseconds after which a peer served by a seed yields to those who wait (libtorrent's round-robin seed choker: a minute). */
export const SEED_QUANTUM = 60_000
/** Milliseconds in which who was unchoked asks for something, or its slot is for others. */
export const MOST_IDLE = 5_000
/** Peers with full sockets, choked or not, up to which those that are unchoked need no slot. */
export const MOST_STALLED = 16

/**
 * Who has been served for less than SEED_QUANTUM stays, fastest first (BEP 3: by upload rate), and so do those that take what
 * they are given while others stall, in half of the slots; then come those that wait; last those who have had their turn.
 * @param peers all, in random order.
 */
export function serveInTurn(peers: readonly ChokeCandidate[], slots: number, now: number): ChokeCandidate[] {
  const served = peers.filter(peer => peer.interested && !peer.choked).sort(byTaking)
  const idles = (peer: ChokeCandidate): boolean => peer.idle && now - lastUnchoked(peer) >= MOST_IDLE
  const wasted = isAnyStalled(peers) || served.some(idles)
  const takers = wasted ? served.filter(peer => !peer.stalled && !idles(peer)).slice(0, slots >> 1) : []
  const stays = (peer: ChokeCandidate): boolean =>
    !idles(peer) && (now - lastUnchoked(peer) < SEED_QUANTUM || takers.includes(peer))
  const staying = served.filter(stays)
  const most = isCrowded(peers) ? Math.max(slots, staying.length + 1) : slots + slotsBesides(peers)
  return [...staying, ...waitingInTurn(peers, wasted), ...served.filter(peer => !stays(peer))].slice(0, most)
}

/** Slots that there are besides, for those that stall. */
export function slotsBesides(peers: readonly ChokeCandidate[]): number {
  if (isCrowded(peers)) return 0
  return peers.filter(peer => peer.interested && !peer.choked && peer.stalled).length
}

/**
 * Those that wait, the longest first. While turns are wasted every other one is the newest that was never served, or one that
 * takes much would have to wait until all before it, which take little or nothing, have had their turn.
 */
export function waitingInTurn(
  peers: readonly ChokeCandidate[],
  wasted: boolean = isAnyStalled(peers),
): ChokeCandidate[] {
  const waiting = peers.filter(peer => peer.interested && peer.choked).sort(byWait)
  if (!wasted) return hostsInTurn(waiting, peers)
  const newest = waiting.filter(peer => lastUnchoked(peer) === 0).sort((a, b) => b.connectedAt - a.connectedAt)
  const ordered = waiting.flatMap((peer, index) => [newest[index] ?? peer, peer])
  return hostsInTurn([...new Set(ordered)], peers)
}

/** In this order but for those of a host of which as many, served or before them, come first. */
function hostsInTurn(waiting: readonly ChokeCandidate[], peers: readonly ChokeCandidate[]): ChokeCandidate[] {
  const before = new Map<string, number>()
  const rankOf = ({ host }: ChokeCandidate): number => {
    const rank = before.get(host) ?? 0
    before.set(host, rank + 1)
    return rank
  }
  for (const peer of peers) if (peer.interested && !peer.choked) rankOf(peer)
  const ranked = waiting.map(peer => ({ peer, rank: rankOf(peer) }))
  return ranked.sort((a, b) => a.rank - b.rank).map(({ peer }) => peer)
}

function isAnyStalled(peers: readonly ChokeCandidate[]): boolean {
  return peers.some(peer => peer.stalled)
}

function isCrowded(peers: readonly ChokeCandidate[]): boolean {
  return peers.filter(peer => peer.stalled).length > MOST_STALLED
}

/** Who stalls last, else the best upload rate first. */
function byTaking(a: ChokeCandidate, b: ChokeCandidate): number {
  if (a.stalled !== b.stalled) return a.stalled ? 1 : -1
  return b.uploadRate - a.uploadRate
}

/** Least recently unchoked first. */
function byWait(a: ChokeCandidate, b: ChokeCandidate): number {
  return lastUnchoked(a) - lastUnchoked(b)
}

function lastUnchoked(peer: ChokeCandidate): number {
  return peer.lastUnchokedAt ?? 0
}
