// Blocks that a slow peer owes are asked of a faster one that has nothing else to do: at the end of a download (BEP 3
// "endgame"), and whenever no piece may be begun. A block is asked for once more only where that is clearly sooner.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import type { PeerKey, Picker } from '../picker/picker.ts'
import type { TakenPiece } from '../picker/owed-blocks.ts'
import type { SwarmPeer } from './peer.ts'

/** How many times sooner a block is to come from another peer: what is measured is not known better than that. */
const GAIN = 2
/** Where memory is short and it is not the endgame, how many times faster that peer is. */
const MUCH_FASTER = 4
/**
 * Milliseconds: elsewhere only what takes longer than this is taken over, of a peer as slow as that. What comes twice costs
 * the upload of others, which want it for something else: among leeches a fifth came twice without this.
 */
const HELD_UP = 15_000
/** The same for a piece that failed its hash and was left to one peer, who may be the one that sent it wrong. */
const ALONE_HELD_UP = 5000
/** The same for what a reader waits for. */
const READER_HELD_UP = 500
/** Milliseconds a block takes of a peer of which nothing has come yet. */
const UNKNOWN_BLOCK_TIME = 500
/** Milliseconds between looks at all peers for one that has found something, and for one that has not. */
const INTERVAL = 20
const FRUITLESS_INTERVAL = 100

export class TakeOver {
  readonly #picker: Picker
  readonly #peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly #next = new WeakMap<SwarmPeer, number>()
  readonly #nextUrgent = new WeakMap<SwarmPeer, number>()
  readonly #nextAlone = new WeakMap<SwarmPeer, number>()

  constructor(picker: Picker, peers: ReadonlyMap<PeerKey, SwarmPeer>) {
    this.#picker = picker
    this.#peers = peers
  }

  /**
   * Up to `count` blocks that slower peers owe, now asked of this peer too. O(peers + blocks of partial pieces), some times
   * a second.
   * @param crowded no piece may be begun: the oldest come first, whose memory is wanted; else the last, which come last too.
   */
  pick(peer: SwarmPeer, has: Bitfield, count: number, crowded: boolean, now: number): readonly Block[] {
    if (now < (this.#next.get(peer) ?? 0)) return []
    const { endgame } = this.#picker
    const least = endgame || crowded ? 0 : HELD_UP
    const slower = this.#slower(peer, least, endgame ? 0 : MUCH_FASTER, now)
    const blocks =
      slower.size === 0
        ? []
        : this.#picker.takeOver(
            peer.key,
            has,
            count,
            crowded ? 'oldest' : 'newest',
            this.#choose(peer, least, slower, now),
          )
    if (blocks.length < count) this.#next.set(peer, now + (blocks.length > 0 ? INTERVAL : FRUITLESS_INTERVAL))
    return blocks
  }

  /** A piece that was left to one peer alone, which does not deliver, is this peer's from now on. As often as `pick`. */
  pickAlone(peer: SwarmPeer, has: Bitfield, count: number, now: number): TakenPiece | undefined {
    if (now < (this.#nextAlone.get(peer) ?? 0)) return undefined
    this.#nextAlone.set(peer, now + FRUITLESS_INTERVAL)
    const slower = this.#slower(peer, ALONE_HELD_UP, MUCH_FASTER, now)
    return slower.size === 0
      ? undefined
      : this.#picker.takeAlone(
          peer.key,
          has,
          count,
          (owner, piece) => slower.has(owner) && this.#isFirst(peer, owner, piece),
        )
  }

  /**
   * Of those that could take a piece from its owner, the one to have it: who has let us down least, and of those alike who has
   * given most. Else peers that deliver nothing would hand it on among themselves.
   */
  #isFirst(peer: SwarmPeer, owner: PeerKey, piece: number): boolean {
    for (const other of this.#peers.values()) {
      if (other.key === owner || other.snubbed || other.has?.has(piece) !== true) continue
      if (other.connection?.peerChoking !== false || other.letDown > peer.letDown) continue
      if (other.letDown < peer.letDown || other.download.total > peer.download.total) return false
    }
    return true
  }

  /** As `pick`, of the focus alone: what a reader waits for is not left to a slow peer, though there is more to begin. */
  pickUrgent(peer: SwarmPeer, has: Bitfield, count: number, now: number): readonly Block[] {
    if (!this.#picker.focused || now < (this.#nextUrgent.get(peer) ?? 0)) return []
    const slower = this.#slower(peer, READER_HELD_UP, MUCH_FASTER, now)
    const worth = this.#choose(peer, READER_HELD_UP, slower, now)
    const blocks = slower.size === 0 ? [] : this.#picker.takeOver(peer.key, has, count, 'oldest', worth, 'focus')
    if (blocks.length < count) this.#nextUrgent.set(peer, now + (blocks.length > 0 ? INTERVAL : FRUITLESS_INTERVAL))
    return blocks
  }

  /**
   * The peers of whom something may be taken over, and how many requests each has waiting.
   * @param least milliseconds that this must take them.
   * @param times by how much their blocks are to be slower.
   */
  #slower(peer: SwarmPeer, least: number, times: number, now: number): Map<PeerKey, number> {
    const here = Math.max(least, timeOfNext(peer, 1) * GAIN)
    const slow = blockTime(peer) * times
    const slower = new Map<PeerKey, number>()
    for (const other of this.#peers.values()) {
      if (other === peer || other.outstanding === 0 || timeLeft(other, other.outstanding, now) <= here) continue
      if (timeLeft(other, 1, now) > slow) slower.set(other.key, other.outstanding)
    }
    return slower
  }

  /** Takes a block where it would come sooner than from any who owe it. Queues are served from the front, so theirs shrink. */
  #choose(
    peer: SwarmPeer,
    least: number,
    waiting: Map<PeerKey, number>,
    now: number,
  ): (owners: readonly PeerKey[]) => boolean {
    let taken = 0
    return owners => {
      const here = Math.max(least, timeOfNext(peer, taken + 1) * GAIN)
      for (const key of owners) {
        const [other, requests] = [this.#peers.get(key), waiting.get(key)]
        if (other === undefined || requests === undefined || timeLeft(other, requests, now) <= here) return false
      }
      for (const key of owners) waiting.set(key, (waiting.get(key) ?? 0) - 1)
      taken++
      return true
    }
  }
}

/** Milliseconds that a block of this peer takes. */
function blockTime({ pipeline }: SwarmPeer): number {
  return pipeline.timeFor(1) ?? UNKNOWN_BLOCK_TIME
}

/** Milliseconds until a peer has answered so many requests more than it has waiting. */
function timeOfNext(peer: SwarmPeer, more: number): number {
  return peer.pipeline.roundTrip + (peer.outstanding + more) * blockTime(peer)
}

/** Milliseconds until the first so many of the waiting requests are answered. Who was silent for a while will be for another. */
function timeLeft(peer: SwarmPeer, requests: number, now: number): number {
  return Math.max(now - peer.lastProgress, peer.pipeline.timeFor(requests) ?? 0)
}
