// The peers of one swarm and one address family, dense: the peer in slot i has its compact form in the i-th entry of one
// array of bytes, so that adding and removing are O(1) and an answer is copied from one stretch of memory, without a look
// at any peer. A peer that announces changes places with one drawn at random, which keeps the order random.
import type { Endpoint } from './endpoint.ts'
import { NOBODY, PeerDraw, type Random } from './peer-draw.ts'

export interface GroupMember {
  /** The 20 bytes of the peer id as latin1 text. */
  readonly id: string
  seed: boolean
  /** Its place in the group. */
  slot: number
}

/** Entries; V8 keeps as many IPv4 ones beside the array's own object. */
const INITIAL_CAPACITY = 4
/** With fewer than this part of the room in use, half of it is given back. */
const SHRINK_BELOW = 1 / 4

export class PeerGroup<T extends GroupMember> {
  readonly #members: T[] = []
  readonly #entryLength: number
  #entries: Uint8Array
  #seeds = 0

  /** @param entryLength bytes of a peer's compact form. */
  constructor(entryLength: number) {
    this.#entryLength = entryLength
    this.#entries = new Uint8Array(INITIAL_CAPACITY * entryLength)
  }

  get seeds(): number {
    return this.#seeds
  }

  get leeches(): number {
    return this.#members.length - this.#seeds
  }

  add(peer: T, endpoint: Endpoint, random: Random): void {
    const slot = this.#members.length
    if ((slot + 1) * this.#entryLength > this.#entries.length) this.#resize(2 * this.#entries.length)
    peer.slot = slot
    this.#members.push(peer)
    this.#entries.set(endpoint, slot * this.#entryLength)
    this.#mix(peer, random)
  }

  endpointOf(peer: T): Endpoint {
    return this.#entries.slice(peer.slot * this.#entryLength, (peer.slot + 1) * this.#entryLength)
  }

  /** The peer has announced again: what it is and its port may have changed. */
  renew(peer: T, seed: boolean, endpoint: Endpoint, random: Random): void {
    if (peer.seed !== seed) this.#seeds += seed ? 1 : -1
    peer.seed = seed
    this.#entries.set(endpoint, peer.slot * this.#entryLength)
    this.#mix(peer, random)
  }

  remove(peer: T): void {
    if (peer.seed) this.#seeds--
    const last = this.#members.pop()
    if (last !== undefined && last !== peer) {
      this.#copyEntry(last.slot, peer.slot)
      this.#members[peer.slot] = last
      last.slot = peer.slot
    }
    const used = this.#members.length * this.#entryLength
    const spacious = this.#entries.length > INITIAL_CAPACITY * this.#entryLength
    if (spacious && used < this.#entries.length * SHRINK_BELOW) this.#resize(this.#entries.length / 2)
  }

  /**
   * Up to `count` peers for the peer that asks: those from a slot at random on, so that each is as likely as any other. Never
   * its own endpoint, under whatever peer id that stands here. Seeds are named to everyone: some clients announce `left=0`
   * from a magnet link whose size they do not know (aria2), and would else never get a peer. O(count), whatever the swarm's size.
   */
  draw(asker: Endpoint, count: number, random: Random): PeerDraw {
    const total = this.#members.length
    if (total === 0 || count === 0) return NOBODY
    const slots: number[] = []
    let slot = Math.floor(random() * total)
    // One more than asked for makes up for the asker, which usually stands here too.
    for (let looks = Math.min(count + 1, total); looks > 0 && slots.length < count; looks--) {
      if (!this.#isAt(slot, asker)) slots.push(slot)
      slot = slot + 1 === total ? 0 : slot + 1
    }
    return new PeerDraw(this.#members, this.#entries, this.#entryLength, slots)
  }

  /** A step of Fisher and Yates' shuffle. */
  #mix(peer: T, random: Random): void {
    const from = peer.slot
    const to = Math.floor(random() * this.#members.length)
    const other = this.#members[to]
    if (other === undefined || other === peer) return
    this.#swapEntries(from, to)
    this.#members[from] = other
    other.slot = from
    this.#members[to] = peer
    peer.slot = to
  }

  #isAt(slot: number, endpoint: Endpoint): boolean {
    const at = slot * this.#entryLength
    for (let i = 0; i < this.#entryLength; i++) if (this.#entries[at + i] !== endpoint[i]) return false
    return true
  }

  #copyEntry(from: number, to: number): void {
    const length = this.#entryLength
    this.#entries.copyWithin(to * length, from * length, (from + 1) * length)
  }

  #swapEntries(one: number, other: number): void {
    const entries = this.#entries
    for (let i = 0; i < this.#entryLength; i++) {
      const [a, b] = [one * this.#entryLength + i, other * this.#entryLength + i]
      const byte = entries[a] ?? 0
      entries[a] = entries[b] ?? 0
      entries[b] = byte
    }
  }

  #resize(length: number): void {
    const entries = new Uint8Array(length)
    entries.set(this.#entries.subarray(0, Math.min(length, this.#entries.length)))
    this.#entries = entries
  }
}
