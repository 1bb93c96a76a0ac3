// Which blocks a peer is asked for next: what it names or what is waited for, then what is missing, then what others owe. A
// piece is begun only while there is room for its buffer; without any, one that nobody fills is given up for it.
import type { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import type { TakenPiece } from '../picker/owed-blocks.ts'
import type { Pace, PeerKey, Picker } from '../picker/picker.ts'
import { MIN_REQUESTS } from '../picker/pipeline.ts'
import type { SwarmPeer } from './peer.ts'
import type { QueueTime } from './queue-time.ts'
import type { Memory } from './requests.ts'
import { TakeOver } from './take-over.ts'

/** How many times longer than others a slow peer keeps its requests waiting. */
const SLOW = 2

export interface RequestChoiceOptions {
  readonly picker: Picker
  readonly memory: Memory
  /** The connected peers, by key. */
  readonly peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly queueTime: QueueTime
  /** A piece that was left to this peer alone is another's now; these blocks of it are not waited for any more. */
  readonly onLetDown: (owner: PeerKey, released: readonly Block[]) => void
}

export class RequestChoice {
  readonly #picker: Picker
  readonly #memory: Memory
  readonly #peers: ReadonlyMap<PeerKey, SwarmPeer>
  readonly #queueTime: QueueTime
  readonly #takeOver: TakeOver
  readonly #onLetDown: RequestChoiceOptions['onLetDown']

  constructor({ picker, memory, peers, queueTime, onLetDown }: RequestChoiceOptions) {
    this.#picker = picker
    this.#memory = memory
    this.#peers = peers
    this.#queueTime = queueTime
    this.#takeOver = new TakeOver(picker, peers)
    this.#onLetDown = onLetDown
  }

  /** Reserves up to `count` blocks; none: the peer has nothing for us now. */
  pick(peer: SwarmPeer, has: Bitfield, count: number, now: number): readonly Block[] {
    // BEP 6: while choked only what the peer allows; else first what it suggests.
    const choking = peer.connection?.peerChoking === true
    const named = choking ? peer.fast.allowed : this.#suggested(peer)
    const allowed = this.#picker.pickFrom(peer.key, has, named, count, this.#memory.room)
    if (choking || allowed.length === count) return allowed
    const urgent = this.#takeOver.pickUrgent(peer, has, count - allowed.length, now)
    const first = urgent.length === 0 ? allowed : [...allowed, ...urgent]
    if (first.length === count) return first
    const more = this.#picker.pick(peer.key, has, count - first.length, this.#memory.room, this.#paceOf(peer, now))
    const blocks = first.length === 0 ? more : [...first, ...more]
    if (blocks.length > 0) return blocks
    const taken = this.#takeOver.pick(peer, has, count, this.#memory.room === 0, now)
    if (taken.length > 0) return taken
    const alone = this.#takeOver.pickAlone(peer, has, count, now)
    if (alone !== undefined) return this.#restarted(alone)
    if (peer.outstanding > 0 || this.#memory.room > 0) return taken
    // A peer that has none of the partial pieces waits while they make progress, not longer: they may be of peers long gone.
    const piece = this.#picker.giveUpFor(has)
    if (piece === undefined) return blocks
    this.#memory.discard(piece)
    return this.#picker.pick(peer.key, has, count, this.#memory.room)
  }

  /** What a peer suggests, unless we have an order of our own; and of that what is begun already before all else. */
  #suggested({ fast }: SwarmPeer): readonly number[] {
    const suggested = this.#picker.unordered ? fast.suggested : []
    const begun = suggested.filter(piece => this.#picker.isPartial(piece))
    return begun.length === 0 ? suggested : [...begun, ...suggested]
  }

  /** @returns what the new owner is to be asked for. */
  #restarted({ piece, owner, released, blocks }: TakenPiece): readonly Block[] {
    this.#onLetDown(owner, released)
    this.#memory.discard(piece)
    return blocks
  }

  /** A peer is slow that keeps even the fewest requests waiting much longer than others; so may be one that is new. */
  #paceOf(peer: SwarmPeer, now: number): Pace {
    if (this.#isBrisk(peer, now)) return 'brisk'
    if (!this.#picker.focused) return 'slow'
    // What a reader waits for is left to slow peers where there are no others.
    for (const other of this.#peers.values()) if (this.#isBrisk(other, now)) return 'slow'
    return 'brisk'
  }

  #isBrisk(peer: SwarmPeer, now: number): boolean {
    const wait = peer.pipeline.timeFor(MIN_REQUESTS)
    return wait !== undefined && wait <= SLOW * this.#queueTime.at(now)
  }
}
