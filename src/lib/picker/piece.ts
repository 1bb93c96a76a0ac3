// Each block of a partial piece is in exactly one state: missing, requested (of one peer; in endgame of several) or
// received (from one of those). `missing`, `requested` and `received` count them and add up to `blockCount`.
import { BLOCK_LENGTH, type Block } from '../metainfo/block.ts'

/** Names a connected peer; the owner's to choose. */
export type PeerKey = number

export type ReceiveOutcome = 'accepted' | 'completed' | 'duplicate' | 'unwanted'

/** How fast the peers are that fill a piece: one block of a slow one would hold up a piece of brisk ones. */
export type Pace = 'brisk' | 'slow'

/** What is to be done about a piece that failed its hash. */
export interface Suspicion {
  /** It is taken whole from one peer, so that a bad one is found out. */
  readonly alone: boolean
  /** Who sent its blocks before. */
  readonly avoid: ReadonlySet<PeerKey>
}

const MISSING = 0
const REQUESTED = 1
const RECEIVED = 2

const NOBODY: readonly PeerKey[] = []

export class PartialPiece {
  readonly index: number
  readonly blockCount: number
  readonly pace: Pace
  readonly #size: number
  /** The piece failed its hash before. */
  readonly #suspicion: Suspicion | undefined
  #owner: PeerKey | undefined
  readonly #states: Uint8Array
  /** Who was asked first, and once received, who sent it; meaningless for a missing block. Grows as blocks are first asked for. */
  readonly #peers: PeerKey[] = []
  /** Endgame: who else was asked, by block. Made when needed, as pieces may be as small as one block. */
  #others: Map<number, PeerKey[]> | undefined
  /** The peers asked so far, few but in endgame, and next to each how many blocks it has not delivered. */
  readonly #asked: PeerKey[] = []
  readonly #outstanding: number[] = []
  /** No block before this one is missing. */
  #firstMissing = 0
  #missing: number
  #received = 0

  /** @param size of the piece in bytes. */
  constructor(index: number, size: number, pace: Pace, suspicion?: Suspicion) {
    this.index = index
    this.pace = pace
    this.blockCount = Math.ceil(size / BLOCK_LENGTH)
    this.#size = size
    this.#suspicion = suspicion
    this.#states = new Uint8Array(this.blockCount)
    this.#missing = this.blockCount
  }

  get missing(): number {
    return this.#missing
  }

  get requested(): number {
    return this.blockCount - this.#missing - this.#received
  }

  get received(): number {
    return this.#received
  }

  /** Whether the piece has been left to one peer for now. */
  get reserved(): boolean {
    return this.#owner !== undefined
  }

  /** That peer. */
  get owner(): PeerKey | undefined {
    return this.#owner
  }

  /** Whether blocks may be asked of this peer. */
  admits(peer: PeerKey): boolean {
    return this.#owner === undefined || this.#owner === peer
  }

  /** Whether blocks should rather be asked of others than of this peer. */
  avoids(peer: PeerKey): boolean {
    return this.#suspicion?.avoid.has(peer) === true
  }

  /** The number of exactly this block, or -1 where the piece has no such block. */
  numberOf(block: Block): number {
    const n = block.offset / BLOCK_LENGTH
    const fits = Number.isInteger(n) && n >= 0 && n < this.blockCount
    return fits && block.length === Math.min(BLOCK_LENGTH, this.#size - block.offset) ? n : -1
  }

  /** Takes the first missing block for the peer. @returns its number, or -1 where none is missing. O(1) amortised. */
  request(peer: PeerKey): number {
    if (this.#missing === 0) return -1
    while (this.#states[this.#firstMissing] !== MISSING) this.#firstMissing++
    const n = this.#firstMissing++
    this.#states[n] = REQUESTED
    this.#peers[n] = peer
    this.#missing--
    if (this.#suspicion?.alone === true) this.#owner = peer
    this.#addOutstanding(peer, 1)
    return n
  }

  /** Endgame: asks one more peer for a block that others were asked for. */
  requestAgain(peer: PeerKey, n: number): 'requested' | 'nothing' {
    if (this.#states[n] !== REQUESTED || this.expects(peer, n)) return 'nothing'
    this.#others ??= new Map()
    const others = this.#others.get(n)
    if (others === undefined) this.#others.set(n, [peer])
    else others.push(peer)
    this.#addOutstanding(peer, 1)
    return 'requested'
  }

  /** Whether this peer was asked for the block and it has not come. */
  expects(peer: PeerKey, n: number): boolean {
    if (this.#states[n] !== REQUESTED) return false
    return this.#peers[n] === peer || this.#others?.get(n)?.includes(peer) === true
  }

  /** The peers who were asked for the block and have not delivered: none where it is missing or received. */
  requesters(n: number): readonly PeerKey[] {
    if (this.#states[n] !== REQUESTED) return NOBODY
    return [this.#peers[n] ?? 0, ...(this.#others?.get(n) ?? NOBODY)]
  }

  requesterCount(n: number): number {
    return this.#states[n] === REQUESTED ? 1 + (this.#others?.get(n)?.length ?? 0) : 0
  }

  outstandingOf(peer: PeerKey): number {
    return this.#outstanding[this.#asked.indexOf(peer)] ?? 0
  }

  /** The block's bytes came from this peer; whoever else was asked for it no longer is, and is put into `late`. */
  receive(peer: PeerKey, n: number, late: PeerKey[]): ReceiveOutcome {
    if (this.#states[n] === RECEIVED) return 'duplicate'
    if (!this.expects(peer, n)) return 'unwanted'
    if (this.#others !== undefined) {
      for (const other of this.requesters(n)) {
        if (other === peer) continue
        this.#addOutstanding(other, -1)
        late.push(other)
      }
      this.#others.delete(n)
    }
    this.#addOutstanding(peer, -1)
    this.#peers[n] = peer
    this.#states[n] = RECEIVED
    this.#received++
    return this.#received === this.blockCount ? 'completed' : 'accepted'
  }

  /** The peer will not deliver this block; it is missing again unless others were asked too. */
  release(peer: PeerKey, n: number): void {
    if (!this.expects(peer, n)) return
    this.#withdraw(peer, n)
    if (this.#owner === peer && this.outstandingOf(peer) === 0) this.#owner = undefined
  }

  /** The peer will deliver nothing more. @returns the blocks it had been asked for. O(1) where there are none. */
  releaseAll(peer: PeerKey): readonly number[] {
    if (this.#owner === peer) this.#owner = undefined
    if (this.outstandingOf(peer) === 0) return NOBODY
    const released: number[] = []
    for (let n = 0; n < this.blockCount; n++) if (this.expects(peer, n)) released.push(n)
    for (const n of released) this.#withdraw(peer, n)
    return released
  }

  /** By block, who sent it; of a piece all of whose blocks are received. */
  senders(): readonly PeerKey[] {
    return this.#peers
  }

  #withdraw(peer: PeerKey, n: number): void {
    this.#addOutstanding(peer, -1)
    const left = this.requesters(n).filter(other => other !== peer)
    this.#others?.delete(n)
    const [first, ...others] = left
    if (first !== undefined) {
      this.#peers[n] = first
      if (others.length > 0) this.#others?.set(n, others)
      return
    }
    this.#states[n] = MISSING
    this.#missing++
    this.#firstMissing = Math.min(this.#firstMissing, n)
  }

  #addOutstanding(peer: PeerKey, by: 1 | -1): void {
    const at = this.#asked.indexOf(peer)
    if (at < 0) {
      this.#asked.push(peer)
      this.#outstanding.push(by)
    } else this.#outstanding[at] = (this.#outstanding[at] ?? 0) + by
  }
}
