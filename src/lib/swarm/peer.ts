// One connected (or dialled) peer as the swarm sees it. `connection` is absent exactly while we dial.
import type { PeerAddress } from '../base/address.ts'
import { Bitfield } from '../base/bitfield.ts'
import type { Block } from '../metainfo/block.ts'
import { MAX_PIECES } from '../metainfo/limits.ts'
import type { PeerKey } from '../picker/picker.ts'
import { Pipeline } from '../picker/pipeline.ts'
import type { PeerConnection } from '../wire/connection.ts'
import type { ExtensionSet } from './extension-set.ts'
import { FastPieces } from './fast-pieces.ts'
import { MessageBudget } from './message-budget.ts'
import { RateEstimator } from './rate.ts'

export class SwarmPeer {
  readonly key: PeerKey
  /** Where the socket leads. For a peer that came to us the port is not the one it listens on. */
  readonly address: PeerAddress
  readonly initiator: 'us' | 'them'
  readonly pipeline: Pipeline = new Pipeline()
  readonly download: RateEstimator = new RateEstimator()
  readonly upload: RateEstimator = new RateEstimator()
  connection: PeerConnection | undefined
  extensions: ExtensionSet | undefined
  client: string = ''
  connectedAt: number = 0
  /** Its handshake came through; stays so when it leaves. */
  met: boolean = false

  /** What the peer has; absent until the number of pieces is known. */
  has: Bitfield | undefined
  /** What it said before that: its bitfield as sent, and haves after it. */
  earlyBitfield: Uint8Array | 'all' | undefined
  earlyHaves: Bitfield | undefined

  /** It says that it downloads nothing (BEP 21). */
  uploadOnly: boolean = false
  readonly fast: FastPieces = new FastPieces()
  readonly budget: MessageBudget = new MessageBudget()
  /** Blocks that we have asked it for, and that came from it, each in total: no more can come than were asked for. */
  asked: number = 0
  came: number = 0
  /** Requests of ours that are not answered. */
  outstanding: number = 0
  /** When the peer last gave us a block, or when the first of the outstanding requests was sent. */
  lastProgress: number = 0
  timeouts: number = 0
  snubbed: boolean = false
  /** Pieces that were left to it alone, and that it did not deliver. */
  letDown: number = 0

  /** What the peer asked for and has not been read yet, oldest first. */
  readonly wants: Block[] = []
  /** Bytes being read for it. */
  serving: number = 0
  /** Its requests that we have turned down since we last unchoked it. */
  refused: number = 0
  lastUnchokedAt: number = 0
  /** When its socket was last given a block, and when it was first unchoked after that. */
  lastTaken: number = 0
  offeredAt: number = 0
  /** When its socket last took something, or little was waiting for it. */
  lastRead: number = 0
  servedAny: boolean = false

  constructor(key: PeerKey, address: PeerAddress, initiator: 'us' | 'them') {
    this.key = key
    this.address = address
    this.initiator = initiator
  }

  get handshaken(): boolean {
    return this.connection?.handshakeDone === true && !this.connection.closed
  }

  /** Nothing is moving, nor will it as things are: neither side is interested in the other. */
  get useless(): boolean {
    const { connection } = this
    const idle = this.outstanding === 0 && this.serving === 0 && this.wants.length === 0
    return idle && connection?.amInterested === false && !connection.peerInterested
  }

  get isSeed(): boolean {
    return this.has?.complete === true
  }

  saidToHave(piece: number): boolean {
    if (this.has !== undefined) return this.has.has(piece)
    return this.earlyBitfield === 'all' || this.earlyHaves?.has(piece) === true
  }

  /** Notes a have that came before the piece count is known; a peer can make us keep a bit for each piece, no more. */
  earlyHave(piece: number): void {
    if (this.earlyBitfield === 'all') return
    this.earlyHaves ??= new Bitfield(MAX_PIECES)
    if (piece < MAX_PIECES) this.earlyHaves.set(piece)
  }

  /**
   * Turns what was heard before the piece count was known into `has`.
   * @returns false where the bitfield or a have does not fit the torrent.
   */
  learnPieceCount(count: number): boolean {
    const has = readBitfield(this.earlyBitfield, count)
    if (has === undefined) return false
    for (const piece of this.earlyHaves?.indices() ?? []) {
      if (piece >= count) return false
      has.set(piece)
    }
    this.earlyBitfield = undefined
    this.earlyHaves = undefined
    this.has = has
    return true
  }
}

/** What a peer said of its pieces, in any of the three ways of BEP 6; undefined where it does not fit the torrent. */
export function readBitfield(said: Uint8Array | 'all' | undefined, count: number): Bitfield | undefined {
  if (said === 'all') return Bitfield.full(count)
  return said === undefined ? new Bitfield(count) : Bitfield.from(said, count)
}
