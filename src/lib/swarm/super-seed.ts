// Super-seeding (BEP 16): a lone seed that passes for a peer without pieces and reveals them one by one, so that it uploads
// each about once. A peer has at most one current piece, the last that was revealed to it; it gets the next when another
// peer has that one.
import type { Bitfield } from '../base/bitfield.ts'
import type { PeerKey } from '../picker/picker.ts'
import { randomIndex } from '../picker/random.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'

/**
 * Milliseconds for which a piece is left to the one peer that it was revealed to, and that peer to it: it may be slow, or out
 * of the others' reach, which BEP 16 does not think of.
 */
export const PATIENCE = 120_000
/** A piece that is current for another peer is only revealed where there is nothing else. */
const CURRENT_ELSEWHERE = 65_536

export interface SuperSeedOptions {
  readonly have: Bitfield
  /** How many connected peers say that they have the piece. */
  readonly copies: (piece: number) => number
  readonly peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly outbox: Outbox
  /** [0, 1). */
  readonly random: () => number
}

/** What was revealed to one peer. */
interface Revealed {
  readonly peer: SwarmPeer
  readonly pieces: Set<number>
  /** Undefined: it waits, or there is nothing left to reveal. */
  current: number | undefined
  /** The peer has asked for some of it. */
  asked: boolean
  /** When the current piece was revealed. */
  since: number
}

export class SuperSeed {
  readonly #options: SuperSeedOptions
  readonly #revealed = new Map<PeerKey, Revealed>()
  /** Those whose current piece it is; a piece that is nobody's is not in here. */
  readonly #current = new Map<number, Set<Revealed>>()
  /** Those who get their next piece once all that others were shown first has spread. */
  readonly #waiting = new Set<Revealed>()

  constructor(options: SuperSeedOptions) {
    this.#options = options
  }

  /** What the peer has is known, or it is silent about it: reveals its first piece. */
  join(peer: SwarmPeer, now: number): void {
    if (this.#revealed.has(peer.key) || !peer.handshaken) return
    const revealed = { peer, pieces: new Set<number>(), current: undefined, asked: false, since: now }
    this.#revealed.set(peer.key, revealed)
    this.#next(revealed, now)
  }

  leave(peer: SwarmPeer): void {
    const revealed = this.#revealed.get(peer.key)
    if (revealed === undefined) return
    this.#retire(revealed)
    this.#waiting.delete(revealed)
    this.#revealed.delete(peer.key)
  }

  /** The peer asks for a block of the piece. @returns whether it may. */
  admits(peer: SwarmPeer, piece: number): boolean {
    const revealed = this.#revealed.get(peer.key)
    if (revealed?.pieces.has(piece) !== true) return false
    if (piece === revealed.current) revealed.asked = true
    return true
  }

  /** A peer says that it has the piece. */
  heard(from: SwarmPeer, piece: number, now: number): void {
    for (const revealed of this.#current.get(piece) ?? []) {
      if (revealed.peer !== from || this.#spread(revealed.peer, piece)) this.#next(revealed, now)
    }
  }

  /** The peer is not interested any more: it has what was revealed to it, which few say of a piece that we said we have. */
  idle(peer: SwarmPeer, now: number): void {
    const revealed = this.#revealed.get(peer.key)
    if (revealed?.current === undefined || !revealed.asked) return
    if (this.#spread(peer, revealed.current)) this.#next(revealed, now)
  }

  /** Looks after the peers that say nothing: those that have nothing and are without BEP 6, and those that wait. */
  tick(now: number): void {
    for (const peer of this.#options.peers.values()) {
      this.join(peer, now)
      if (peer.connection?.peerInterested === false) this.idle(peer, now)
    }
    for (const revealed of this.#revealed.values()) {
      if (revealed.current !== undefined && now - revealed.since >= PATIENCE) this.#next(revealed, now)
    }
    if (this.#waiting.size > 0 && !this.#spreading) {
      for (const revealed of this.#waiting) this.#next(revealed, now)
    }
  }

  /** Whether somebody else has the peer's current piece, or there is nobody else. */
  #spread(peer: SwarmPeer, piece: number): boolean {
    const own = peer.has?.has(piece) === true ? 1 : 0
    return this.#revealed.size === 1 || this.#options.copies(piece) > own
  }

  /** Whether every piece that nobody has is on its way to somebody, and there are such. O(pieces). */
  get #spreading(): boolean {
    const { have, copies } = this.#options
    let found = false
    for (let piece = 0; piece < have.length; piece++) {
      if (copies(piece) > 0 || !have.has(piece)) continue
      if (!this.#current.has(piece)) return false
      found = true
    }
    return found
  }

  #next(revealed: Revealed, now: number): void {
    this.#retire(revealed)
    const piece = this.#choose(revealed)
    if (piece === 'wait') this.#waiting.add(revealed)
    else this.#waiting.delete(revealed)
    if (typeof piece === 'string') return
    revealed.pieces.add(piece)
    revealed.current = piece
    revealed.since = now
    revealed.asked = false
    const sharing = this.#current.get(piece)
    if (sharing === undefined) this.#current.set(piece, new Set([revealed]))
    else sharing.add(revealed)
    revealed.peer.connection?.have(piece)
    this.#options.outbox.touch(revealed.peer)
  }

  #retire(revealed: Revealed): void {
    const { current } = revealed
    revealed.current = undefined
    if (current === undefined) return
    const sharing = this.#current.get(current)
    sharing?.delete(revealed)
    if (sharing?.size === 0) this.#current.delete(current)
  }

  /**
   * The first piece from a random place on that nobody has or is shown. Else the peer waits while others are shown such
   * pieces: what it would get now, it can have from others. Then any of the rarest that it lacks. O(pieces).
   */
  #choose({ peer, pieces }: Revealed): number | 'wait' | 'nothing' {
    const { have, copies, random } = this.#options
    const start = randomIndex(have.length, random)
    let best: number | undefined
    let least = Infinity
    let spreading = false
    for (let n = 0; n < have.length; n++) {
      const piece = (start + n) % have.length
      if (!have.has(piece) || peer.has?.has(piece) === true || pieces.has(piece)) continue
      const elsewhere = this.#current.has(piece)
      const count = copies(piece)
      if (count === 0 && !elsewhere) return piece
      spreading ||= count === 0
      const rank = elsewhere ? count + CURRENT_ELSEWHERE : count
      if (rank >= least) continue
      least = rank
      best = piece
    }
    return spreading ? 'wait' : (best ?? 'nothing')
  }
}
