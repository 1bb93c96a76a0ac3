// Pieces between their last block and their place on the disk: each is out with the driver, under `check`, exactly while it
// is in here, and comes back as stored or as mismatched.
import { BadPieces, type Sender } from './bad-pieces.ts'
import type { PeerKey } from '../picker/picker.ts'
import type { Downloads, WholePiece } from './downloads.ts'
import type { Outbox } from './outbox.ts'
import type { SwarmPeer } from './peer.ts'
import type { Roster } from './roster.ts'
import type { TorrentStats } from './stats.ts'

export interface PieceChecksOptions {
  readonly outbox: Outbox
  readonly roster: Roster
  readonly stats: TorrentStats
  readonly drop: (peer: SwarmPeer, reason: string, detail: string, now: number) => void
}

export class PieceChecks {
  readonly #options: PieceChecksOptions
  readonly #checking = new Set<number>()
  readonly #bad = new BadPieces()

  constructor(options: PieceChecksOptions) {
    this.#options = options
  }

  begin(whole: WholePiece): void {
    this.#checking.add(whole.piece)
    this.#options.outbox.push({ type: 'check', piece: whole.piece, data: whole.data })
  }

  /** The piece matched its hash and is stored. Who sent other bytes before is banned. @returns whether it was out at all. */
  stored(whole: WholePiece, downloads: Downloads, now: number): boolean {
    const { piece, data } = whole
    if (!this.#checking.delete(piece)) return false
    const guilty = this.#bad.convict(piece, data)
    downloads.stored(whole)
    this.#options.outbox.alert({ type: 'pieceVerified', piece })
    for (const sender of guilty) this.#ban(sender, `a block of piece ${piece} from it was wrong`, now)
    return true
  }

  /**
   * Who sent all of a bad piece is banned. One of several is not known before a copy is right, so this one is kept.
   * @returns whether it was out at all.
   */
  mismatched(whole: WholePiece, downloads: Downloads, now: number): boolean {
    const { piece, data } = whole
    if (!this.#checking.delete(piece)) return false
    const { outbox, stats } = this.#options
    stats.wasted += data.length
    const senders = downloads.sendersOf(piece).map(key => this.#senderOf(key))
    const from = new Map(senders.flatMap(sender => (sender === undefined ? [] : [[sender.key, sender]])))
    outbox.alert({ type: 'pieceRejected', piece, from: [...from.values()].map(({ address }) => address) })
    const [only, ...others] = from.values()
    if (only !== undefined && others.length === 0 && !senders.includes(undefined)) {
      downloads.mismatched(whole, 'known')
      this.#ban(only, `piece ${piece} from it did not match its hash`, now)
    } else downloads.mismatched(whole, this.#bad.keep(piece, data, senders) === 'kept' ? 'kept' : 'lost')
    return true
  }

  #senderOf(key: PeerKey): Sender | undefined {
    const address = this.#options.roster.addressOf(key)
    return address && { key, address }
  }

  /** It may have left meanwhile. */
  #ban({ key, address }: Sender, reason: string, now: number): void {
    const { roster, drop } = this.#options
    roster.ban(address, reason)
    const peer = roster.peers.get(key)
    if (peer !== undefined) drop(peer, 'bad-piece', reason, now)
  }
}
