// The asking side alone: a real `Downloads`, and seeds that are no more than a queue, a rate and a distance. No bytes are
// copied and nothing is hashed, so that hundreds of peers and gigabytes pass in a second or two.
import { Bitfield } from '../../../src/lib/base/bitfield.ts'
import type { Block } from '../../../src/lib/metainfo/block.ts'
import { PieceLayout } from '../../../src/lib/metainfo/layout.ts'
import type { PickOrder, PieceRange } from '../../../src/lib/picker/picker.ts'
import { Downloads, type WholePiece } from '../../../src/lib/swarm/downloads.ts'
import { TICK } from '../../../src/lib/swarm/limits.ts'
import { Outbox } from '../../../src/lib/swarm/outbox.ts'
import type { SwarmPeer } from '../../../src/lib/swarm/peer.ts'
import { seeded } from '../../picker/support.ts'
import { peerWith } from '../../swarm/support.ts'
import { Clock } from './clock.ts'

export interface SourceOptions {
  /** Bytes a second that it sends at most. */
  readonly rate: number
  /** Milliseconds from a request until its block could begin to come. */
  readonly roundTrip: number
  /** The requests that it takes (BEP 10 `reqq`). */
  readonly reqq?: number
  /** All by default. */
  readonly has?: readonly number[]
}

/** What happened on the way, in blocks. */
export interface AskingStats {
  asked: number
  cancelled: number
  received: number
  /** Came, and was of no use. */
  wasted: number
  /** Most requests that one peer had waiting. */
  deepest: number
  /** Most bytes of partial and unchecked pieces. */
  buffered: number
}

/** A seed. It answers in the order of the requests, one block at a time. */
export class Source {
  readonly peer: SwarmPeer
  readonly options: SourceOptions & { rate: number }
  queue: Block[] = []
  sent = 0
  busy = false

  constructor(peer: SwarmPeer, options: SourceOptions) {
    this.peer = peer
    this.options = { ...options }
  }
}

export class Asking {
  readonly clock: Clock = new Clock()
  readonly downloads: Downloads
  readonly have: Bitfield
  readonly sources: Source[] = []
  readonly stats: AskingStats = { asked: 0, cancelled: 0, received: 0, wasted: 0, deepest: 0, buffered: 0 }
  /** Pieces in the order in which they became whole. */
  readonly order: number[] = []
  readonly #peers = new Map<number, SwarmPeer>()
  readonly #outbox = new Outbox()
  readonly #checkTime: number
  readonly #byPeer = new Map<SwarmPeer, Source>()
  readonly #down: number
  #downFree = 0

  constructor(options: {
    readonly pieces: number
    readonly pieceLength: number
    readonly sources: readonly SourceOptions[]
    readonly seed?: number
    /** Bytes a second that we take in from all together; no limit by default. */
    readonly down?: number
    /** Milliseconds to hash and store a piece. */
    readonly checkTime?: number
    /** Verified at the start. */
    readonly have?: readonly number[]
    readonly order?: PickOrder
  }) {
    const { pieces, pieceLength, have = [], checkTime = 5, seed = 1, down = Infinity } = options
    this.#down = down
    this.#checkTime = checkTime
    this.have = new Bitfield(pieces)
    for (const piece of have) this.have.set(piece)
    this.downloads = new Downloads({
      layout: new PieceLayout(pieces * pieceLength, pieceLength),
      have: this.have,
      wanted: Bitfield.full(pieces),
      random: seeded(seed),
      order: options.order,
      outbox: this.#outbox,
      peers: this.#peers,
    })
    for (const source of options.sources) this.join(source)
    this.clock.after(TICK, () => this.#tick())
  }

  join(options: SourceOptions): Source {
    const { pieceCount } = this.downloads.layout
    const key = this.sources.length + 1
    const peer = peerWith(key, pieceCount, options.has ?? Array(pieceCount).keys())
    if (options.reqq !== undefined) peer.pipeline.setLimit(options.reqq)
    const source = new Source(peer, options)
    this.sources.push(source)
    this.#byPeer.set(peer, source)
    this.#peers.set(key, peer)
    this.downloads.join(peer)
    this.downloads.refill(peer, this.clock.now)
    this.#flush()
    return source
  }

  /** As a torrent does: everybody is asked for what is in it. */
  focus(ranges: readonly PieceRange[]): void {
    this.downloads.focus(ranges)
    for (const { peer } of this.sources) this.downloads.refill(peer, this.clock.now)
    this.#flush()
  }

  /** @returns seconds until every piece was stored. */
  untilDone(limit = 3600): number {
    this.clock.runUntil('all pieces', () => this.downloads.done, limit * 1000)
    return this.clock.now / 1000
  }

  #tick(): void {
    for (const { peer } of this.sources) {
      if (this.downloads.checkTimeout(peer, this.clock.now) === 'fine') {
        this.downloads.refill(peer, this.clock.now)
        continue
      }
      for (const other of this.sources) if (other.peer !== peer) this.downloads.refill(other.peer, this.clock.now)
      this.downloads.refill(peer, this.clock.now)
    }
    this.#flush()
    if (!this.downloads.done) this.clock.after(TICK, () => this.#tick())
  }

  #flush(): void {
    for (const peer of this.#outbox.takeDirty()) {
      const source = this.#byPeer.get(peer)
      if (source !== undefined) this.#send(source)
    }
  }

  #send(source: Source): void {
    const { connection } = source.peer
    this.stats.buffered = Math.max(this.stats.buffered, this.downloads.bufferedBytes)
    this.stats.deepest = Math.max(this.stats.deepest, source.peer.outstanding)
    for (let bytes = connection?.pollTransmit(); bytes !== undefined; bytes = connection?.pollTransmit()) {
      const chunk = bytes
      this.clock.after(source.options.roundTrip / 2, () => this.#arrive(source, chunk))
    }
  }

  #arrive(source: Source, bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at < bytes.length; at += 4 + view.getUint32(at)) {
      if (view.getUint32(at) !== 13) continue
      const block = { piece: view.getUint32(at + 5), offset: view.getUint32(at + 9), length: view.getUint32(at + 13) }
      if (bytes[at + 4] === 6) {
        this.stats.asked++
        source.queue.push(block)
      } else this.#cancel(source, block)
    }
    this.#serve(source)
  }

  #cancel(source: Source, block: Block): void {
    this.stats.cancelled++
    source.queue = source.queue.filter(want => want.piece !== block.piece || want.offset !== block.offset)
  }

  #serve(source: Source): void {
    if (source.busy) return
    const block = source.queue.shift()
    if (block === undefined) return
    source.busy = true
    this.clock.after((block.length * 1000) / source.options.rate, () => {
      source.busy = false
      source.sent++
      this.clock.after(source.options.roundTrip / 2, () => this.#takeIn(source.peer, block))
      this.#serve(source)
    })
  }

  #takeIn(peer: SwarmPeer, block: Block): void {
    this.#downFree = Math.max(this.clock.now, this.#downFree) + (block.length * 1000) / this.#down
    this.clock.schedule(this.#downFree, () => this.#deliver(peer, block))
  }

  #deliver(peer: SwarmPeer, block: Block): void {
    const { now } = this.clock
    const target = this.downloads.target(peer, block)
    const outcome = this.downloads.receive(peer, block, target !== undefined, now)
    this.stats.received++
    if (outcome === 'unwanted') this.stats.wasted++
    else if (outcome !== 'accepted') this.#check(outcome)
    this.downloads.refill(peer, now)
    this.#flush()
  }

  #check(whole: WholePiece): void {
    this.order.push(whole.piece)
    this.clock.after(this.#checkTime, () => {
      const waited = this.downloads.backedUp || this.downloads.crowded
      this.downloads.stored(whole)
      for (const { peer } of this.sources) {
        this.downloads.loseInterest(peer, this.clock.now)
        if (waited) this.downloads.refill(peer, this.clock.now)
      }
      this.#flush()
    })
  }
}
