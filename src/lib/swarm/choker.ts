// After every decision at most `slots` of the peers that are interested are unchoked, not counting those that a seed serves
// besides as they take little (`seed-turns.ts`); whom it unchokes is interested.
// Between rounds nobody is choked, so a peer's luck changes at most every ROUND (BEP 3: no fibrillation).
import type { PeerKey } from '../picker/picker.ts'
import { randomIndex, shuffle } from '../picker/random.ts'
import { serveInTurn, slotsBesides, waitingInTurn } from './seed-turns.ts'
import { UploadSlots } from './upload-slots.ts'

/** Milliseconds between rounds (BEP 3, "once every ten seconds"). */
export const ROUND = 10_000
/** Milliseconds an optimistic unchoke lasts (BEP 3, "rotates every 30 seconds"). */
export const OPTIMISTIC_ROUND = 30_000
/** A connection younger than one rotation is as likely to be tried as this many others (BEP 3). */
const NEW_CONNECTION_WEIGHT = 3

/** What the choker knows of a connected peer. Rates in bytes a second, times in milliseconds on one monotonic clock. */
export interface ChokeCandidate {
  readonly key: PeerKey
  /** The peer is interested in us. */
  readonly interested: boolean
  /** We choke the peer. */
  readonly choked: boolean
  /** From the peer to us. */
  readonly downloadRate: number
  /** From us to the peer. */
  readonly uploadRate: number
  readonly connectedAt: number
  /** When we last unchoked it; undefined or 0: never. */
  readonly lastUnchokedAt: number | undefined
  /** It unchoked us and then gave us nothing for long. */
  readonly snubbed: boolean
  /** It asked for more than it takes: for seconds to come its socket is full. */
  readonly stalled: boolean
  /** It has asked for nothing that it was not sent, and was sent nothing lately. */
  readonly idle: boolean
  /** Where it is, as `networkOf` says: slots go round among these first. */
  readonly host: string
}

export interface ChokeDecision {
  readonly unchoke: PeerKey[]
  readonly choke: PeerKey[]
}

export class Choker {
  readonly #slots: UploadSlots
  readonly #random: () => number
  /** Peers unchoked whatever their rate, until the next rotation. */
  #optimistic = new Set<PeerKey>()
  #rotateAt = 0
  #nextRound = 0

  /**
   * @param options.slots the most that are served at once, the optimistic unchoke among them: more than four only by a seed, see
   * `UploadSlots`.
   * @param options.random uniform in 0 ≤ x < 1.
   */
  constructor(options: { slots: number; random: () => number }) {
    this.#slots = new UploadSlots(options.slots)
    this.#random = options.random
  }

  /** When the next round is due, milliseconds; 0 before the first. */
  get deadline(): number {
    return this.#nextRound
  }

  /**
   * Decides whom to choke and unchoke; both lists name changes only. Call it with all connected peers at `deadline`, and
   * besides at any time when a slot may be filled: a peer became interested, or an unchoked one left or lost interest.
   * Before the deadline it only fills free slots, so that while there are fewer interested peers than slots each is
   * unchoked at once. O(peers log peers).
   * @param seeding we have all we want: peers are served in turn rather than by what they give.
   */
  decide(peers: readonly ChokeCandidate[], now: number, seeding: boolean): ChokeDecision {
    const shuffled = shuffle([...peers], this.#random)
    if (now < this.#nextRound) return this.#fill(shuffled, seeding)
    this.#nextRound = now + ROUND
    // Among leeches a peer that waits has others to ask, and what each gives in return tells fast ones from slow ones.
    if (seeding) this.#slots.round(peers)
    const interested = shuffled.filter(peer => peer.interested)
    const chosen = seeding ? this.#serveInTurn(shuffled, now) : this.#reciprocate(interested, now)
    // One that is unchoked and has lost interest keeps a slot that nobody needs: it may want the next piece.
    for (const peer of shuffled) {
      if (chosen.size >= this.#slots.count) break
      if (!peer.choked && !peer.interested) chosen.add(peer.key)
    }
    return {
      unchoke: keysOf(peers.filter(peer => peer.choked && chosen.has(peer.key))),
      choke: keysOf(peers.filter(peer => !peer.choked && !chosen.has(peer.key))),
    }
  }

  #fill(shuffled: readonly ChokeCandidate[], seeding: boolean): ChokeDecision {
    const interested = shuffled.filter(peer => peer.interested)
    const waiting = interested.filter(peer => peer.choked)
    const slots = this.#slots.count + (seeding ? slotsBesides(shuffled) : 0)
    const free = slots - (interested.length - waiting.length)
    if (free <= 0) return { unchoke: [], choke: [] }
    const inTurn = seeding ? waitingInTurn(shuffled) : waiting.sort(byGiving)
    return { unchoke: keysOf(inTurn.slice(0, free)), choke: [] }
  }

  /** Tit for tat (BEP 3): those we download from fastest, and one optimistic unchoke or more where these are too few. */
  #reciprocate(interested: readonly ChokeCandidate[], now: number): Set<PeerKey> {
    const giving = interested.filter(peer => !peer.snubbed).sort(byGiving)
    const regular = new Set(keysOf(giving.slice(0, this.#slots.count - 1)))
    const others = interested.filter(peer => !regular.has(peer.key))
    return new Set([...regular, ...this.#chooseOptimistic(others, this.#slots.count - regular.size, now)])
  }

  #chooseOptimistic(others: readonly ChokeCandidate[], count: number, now: number): Set<PeerKey> {
    const served = this.#optimistic
    const rotate = now >= this.#rotateAt
    if (rotate) this.#rotateAt = now + OPTIMISTIC_ROUND
    const chosen = new Set<PeerKey>()
    // Between rotations they stay unless they left, lost interest or earned a regular slot. At a rotation the others go
    // first, and only where these are too few is one served again.
    const keep = others.filter(peer => served.has(peer.key))
    const fresh = others.filter(peer => !served.has(peer.key))
    if (!rotate) for (const peer of keep.slice(0, count)) chosen.add(peer.key)
    this.#draw(fresh, count, now, chosen)
    this.#draw(keep, count, now, chosen)
    this.#optimistic = chosen
    return chosen
  }

  /** Adds peers at random until `chosen` holds `count`, new connections three times as likely as others. */
  #draw(peers: ChokeCandidate[], count: number, now: number, chosen: Set<PeerKey>): void {
    const tickets = peers.flatMap(peer => {
      const isNew = now - peer.connectedAt < OPTIMISTIC_ROUND
      return Array.from({ length: isNew ? NEW_CONNECTION_WEIGHT : 1 }, () => peer.key)
    })
    while (chosen.size < count && tickets.length > 0) {
      const [key] = tickets.splice(randomIndex(tickets.length, this.#random), 1)
      if (key !== undefined) chosen.add(key)
    }
  }

  #serveInTurn(peers: readonly ChokeCandidate[], now: number): Set<PeerKey> {
    this.#optimistic.clear()
    return new Set(keysOf(serveInTurn(peers, this.#slots.count, now)))
  }
}

/** Best download rate first; snubbed peers last. */
function byGiving(a: ChokeCandidate, b: ChokeCandidate): number {
  if (a.snubbed !== b.snubbed) return a.snubbed ? 1 : -1
  return b.downloadRate - a.downloadRate
}

function keysOf(peers: readonly ChokeCandidate[]): PeerKey[] {
  return peers.map(peer => peer.key)
}
