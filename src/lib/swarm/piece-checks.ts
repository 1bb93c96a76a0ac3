// Pieces between their last block and their place on the disk: each is out with the driver, under `check`, exactly while it
// is in here, and comes back as stored or as mismatched.
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

  constructor(options: PieceChecksOptions) {
    this.#options = options
  }

  begin(whole: WholePiece): void {
    this.#checking.add(whole.piece)
    this.#options.outbox.push({ type: 'check', piece: whole.piece, data: whole.data })
  }

  /** The piece matched its hash and is stored. @returns whether it was out at all. */
  stored(whole: WholePiece, downloads: Downloads): boolean {
    if (!this.#checking.delete(whole.piece)) return false
    downloads.stored(whole)
    this.#options.outbox.alert({ type: 'pieceVerified', piece: whole.piece })
    return true
  }

  /** A peer that sent all of a bad piece is banned; else the picker narrows it down. @returns whether it was out at all. */
  mismatched(whole: WholePiece, downloads: Downloads, now: number): boolean {
    const { piece } = whole
    if (!this.#checking.delete(piece)) return false
    const { outbox, roster, stats } = this.#options
    const from = downloads.mismatched(whole)
    stats.wasted += whole.data.length
    outbox.alert({ type: 'pieceRejected', piece, from: from.flatMap(key => roster.addressOf(key) ?? []) })
    const [only, ...others] = from
    if (only !== undefined && others.length === 0) this.#banSender(only, piece, now)
    return true
  }

  /** All of a bad piece came from this peer, which may have left meanwhile. */
  #banSender(key: PeerKey, piece: number, now: number): void {
    const { roster, drop } = this.#options
    const address = roster.addressOf(key)
    if (address !== undefined) roster.ban(address, `piece ${piece} from it did not match its hash`)
    const peer = roster.peers.get(key)
    if (peer !== undefined) drop(peer, 'bad-piece', `piece ${piece} did not match its hash`, now)
  }
}
