// Ends a download that is not to wait for better times, once no peer can be hoped for: while it waits for anything else
// than peers, it never does.
import { formatAddress } from '../base/address.ts'
import type { BtError } from '../base/errors.ts'
import type { TorrentAlert } from '../swarm/actions.ts'
import type { Torrent } from '../swarm/torrent.ts'
import type { Discovery } from './discovery.ts'
import { outlook } from './outlook.ts'

export interface GivingUpOptions {
  readonly torrent: Torrent
  /** False: it waits, however long. */
  readonly enabled: boolean
  readonly discovery: () => Pick<Discovery, 'begun' | 'prospects'>
  /** Whether peers are what it is short of: it does not seed, is neither stopped nor paused, and has room on the disk. */
  readonly seeking: () => boolean
  readonly onHopeless: (error: BtError) => void
}

export class GivingUp {
  readonly #options: GivingUpOptions
  #met = false
  #lastLoss: string | undefined

  constructor(options: GivingUpOptions) {
    this.#options = options
  }

  heed(alert: TorrentAlert): void {
    if (alert.type === 'peerConnected') this.#met = true
    else if (alert.type === 'peerDisconnected') this.#lastLoss = `${formatAddress(alert.address)}: ${alert.detail}`
  }

  /** There may be less hope than before. */
  consider(): void {
    const { torrent, enabled, discovery, seeking, onHopeless } = this.#options
    if (!enabled || !discovery().begun || !seeking()) return
    if (torrent.peers.size > 0 || torrent.complete) return
    const hopeless = outlook({
      met: this.#met,
      candidates: torrent.deadline !== Infinity,
      ...discovery().prospects,
      lastLoss: this.#lastLoss,
    })
    if (hopeless !== undefined) onHopeless(hopeless)
  }
}
