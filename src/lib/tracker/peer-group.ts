// The peers of one swarm and one address family: each stands in exactly one of two dense arrays, seeds or leeches, at
// the index that its `slot` holds, so that adding, removing and drawing at random are O(1) a peer.
import type { Endpoint } from './endpoint.ts'

/** What an answer tells of a peer. */
export interface ListedPeer {
  /** The 20 bytes of the peer id as latin1 text. */
  readonly id: string
  readonly endpoint: Endpoint
}

export interface GroupMember extends ListedPeer {
  seed: boolean
  slot: number
}

/** A number of at least 0 and below 1, as from Math.random. */
export type Random = () => number

export class PeerGroup<T extends GroupMember> {
  readonly #seeds: T[] = []
  readonly #leeches: T[] = []

  get seeds(): number {
    return this.#seeds.length
  }

  get leeches(): number {
    return this.#leeches.length
  }

  add(peer: T): void {
    const list = this.#listOf(peer)
    peer.slot = list.length
    list.push(peer)
  }

  remove(peer: T): void {
    const list = this.#listOf(peer)
    const last = list.pop()
    if (last === undefined || last === peer) return
    last.slot = peer.slot
    list[peer.slot] = last
  }

  /** Moves the peer to the other array where what it is has changed. */
  become(peer: T, seed: boolean): void {
    if (peer.seed === seed) return
    this.remove(peer)
    peer.seed = seed
    this.add(peer)
  }

  /**
   * Up to `count` peers for the peer that asks, every set of them equally likely; never its own endpoint, under whatever
   * peer id that stands here. Seeds are named to everyone: some clients announce `left=0` from a magnet link whose size
   * they do not know (aria2), and would else never get a peer. O(count), whatever the swarm's size.
   */
  draw(asker: { readonly endpoint: Endpoint }, count: number, random: Random): readonly ListedPeer[] {
    const drawn: ListedPeer[] = []
    const total = this.#leeches.length + this.#seeds.length
    // One more than asked for makes up for the asker, which usually stands among its own leeches.
    const draws = Math.min(count + 1, total)
    let leechesDrawn = 0
    for (let i = 0; i < draws && drawn.length < count; i++) {
      const leechesLeft = this.#leeches.length - leechesDrawn
      const pick = Math.floor(random() * (total - i))
      let peer: T | undefined
      if (pick < leechesLeft) {
        peer = bringForward(this.#leeches, leechesDrawn + pick, leechesDrawn)
        leechesDrawn++
      } else {
        const seedsDrawn = i - leechesDrawn
        peer = bringForward(this.#seeds, seedsDrawn + pick - leechesLeft, seedsDrawn)
      }
      if (peer !== undefined && peer.endpoint !== asker.endpoint) drawn.push(peer)
    }
    return drawn
  }

  #listOf(peer: T): T[] {
    return peer.seed ? this.#seeds : this.#leeches
  }
}

/** Swaps two slots, a step of Fisher and Yates' shuffle: what was drawn gathers at the front. @returns the one drawn. */
function bringForward<T extends GroupMember>(list: T[], from: number, to: number): T | undefined {
  const drawn = list[from]
  const displaced = list[to]
  if (drawn === undefined || displaced === undefined) return undefined
  list[from] = displaced
  displaced.slot = from
  list[to] = drawn
  drawn.slot = to
  return drawn
}
