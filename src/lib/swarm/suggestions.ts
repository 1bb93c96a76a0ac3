// What a seed suggests to those that it serves (BEP 6 "Suggest Piece", which is meant for super-seeding without a loss of
// throughput). A piece is promised to at most one peer at a time, and only while no peer has it: so what only the seed has
// leaves it once, where leeches that pick at random would ask for a good part of it twice. It binds nobody.
import type { Bitfield } from '../base/bitfield.ts'
import { BLOCK_LENGTH } from '../metainfo/block.ts'
import type { PeerKey } from '../picker/picker.ts'
import { shuffle } from '../picker/random.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'

/** Suggestions that a peer has not followed yet: never more than peers keep (libtorrent: 16), */
const MOST = 16
/** at least as many as a peer asks for at first, and two in any case, */
const FEWEST_BLOCKS = 6
const FEWEST = 2
/** and else so many seconds of its rate, as that much is what it asks for at once. */
const AHEAD = 2

/** Milliseconds between looks at all pieces. */
const COLLECT_INTERVAL = 10_000

export interface SuggestionsOptions {
  readonly have: Bitfield
  /** Bytes. */
  readonly pieceLength: number
  /** How many connected peers say that they have the piece. */
  readonly copies: (piece: number) => number
  readonly peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly outbox: Outbox
  /** [0, 1). */
  readonly random: () => number
}

export class Suggestions {
  readonly #options: SuggestionsOptions
  /** Who is to get the piece, or has asked for it. */
  readonly #promised = new Map<number, PeerKey>()
  /** What was suggested to a peer and has not been asked for. */
  readonly #open = new Map<PeerKey, Set<number>>()
  /** Pieces that nobody had when this was filled, in random order; the last comes next. */
  #candidates: number[] = []
  #collectAt = 0

  constructor(options: SuggestionsOptions) {
    this.#options = options
  }

  /** A round of choking is over: these are served now. Where nothing was left to suggest, looks again. O(pieces). */
  round(now: number): void {
    if (!this.#useful) return
    if (this.#candidates.length === 0 && now >= this.#collectAt) this.#collect(now)
    for (const peer of this.#options.peers.values()) this.offer(peer, now)
  }

  /** Suggests what this peer should ask for next, if it is being served. O(1) for each piece, over time. */
  offer(peer: SwarmPeer, now: number): void {
    const { connection } = peer
    if (connection?.fast !== true || connection.amChoking || !connection.peerInterested || !this.#useful) return
    const open = this.#openOf(peer)
    const most = this.#ahead(peer.upload.rate(now))
    while (open.size < most) {
      const piece = this.#next()
      if (piece === undefined) return
      this.#promised.set(piece, peer.key)
      open.add(piece)
      connection.suggest(piece)
      this.#options.outbox.touch(peer)
    }
  }

  /** The peer asks for some of the piece. */
  asked(peer: SwarmPeer, piece: number, now: number): void {
    if (this.#promised.get(piece) === undefined && this.#options.copies(piece) === 0) {
      this.#promised.set(piece, peer.key)
    }
    if (this.#open.get(peer.key)?.delete(piece) === true) this.offer(peer, now)
  }

  /** The peer will get nothing for now. What it has not begun is for others; the rest it will go on with. */
  choked(peer: SwarmPeer): void {
    for (const piece of this.#open.get(peer.key) ?? []) this.#giveBack(piece)
    this.#open.delete(peer.key)
  }

  /** What the peer was to get is for others. */
  leave(peer: SwarmPeer): void {
    this.#open.delete(peer.key)
    for (const [piece, key] of this.#promised) if (key === peer.key) this.#giveBack(piece)
  }

  /** We have everything, and somebody could get from another what is uploaded once. */
  get #useful(): boolean {
    const { have, peers } = this.#options
    return have.complete && peers.size > 1
  }

  /** @param rate bytes a second. */
  #ahead(rate: number): number {
    const { pieceLength } = this.#options
    const fewest = Math.max(FEWEST, FEWEST_BLOCKS / Math.ceil(pieceLength / BLOCK_LENGTH))
    return Math.min(MOST, Math.max(Math.ceil(fewest), Math.ceil((rate * AHEAD) / pieceLength)))
  }

  #openOf(peer: SwarmPeer): Set<number> {
    const open = this.#open.get(peer.key) ?? new Set<number>()
    for (const piece of open) if (this.#options.copies(piece) > 0) open.delete(piece)
    this.#open.set(peer.key, open)
    return open
  }

  #next(): number | undefined {
    for (;;) {
      const piece = this.#candidates.pop()
      if (piece === undefined) return undefined
      if (!this.#promised.has(piece) && this.#options.copies(piece) === 0) return piece
    }
  }

  #giveBack(piece: number): void {
    this.#promised.delete(piece)
    this.#candidates.push(piece)
  }

  /** Where all is promised, what a peer began that is choked now is for others after all. */
  #collect(now: number): void {
    const { have, copies, random, peers } = this.#options
    this.#collectAt = now + COLLECT_INTERVAL
    for (const [piece, key] of this.#promised) {
      if (copies(piece) > 0 || peers.get(key)?.connection?.amChoking !== false) this.#promised.delete(piece)
    }
    const left: number[] = []
    for (let piece = 0; piece < have.length; piece++) {
      if (copies(piece) === 0 && !this.#promised.has(piece)) left.push(piece)
    }
    this.#candidates = shuffle(left, random)
  }
}
