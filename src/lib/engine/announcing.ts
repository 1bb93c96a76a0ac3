// The loop around the announcer of one torrent: carries out its jobs through the tracker plugins, and hands on peers.
import type { BtError } from '../base/errors.ts'
import type { PeerAddress } from '../base/address.ts'
import type { InfoHash, PeerId } from '../base/ids.ts'
import { Announcer, type AnnounceJob, type TrackerState } from '../discovery/announce.ts'
import type { AnnounceResponse } from '../plugin/api.ts'
import type { PluginRegistry } from '../plugin/registry.ts'
import { linkedSignal } from '../net/linked-signal.ts'
import { asBtError } from './errors.ts'
import { announceTo } from './tracker-call.ts'

/** Milliseconds that leaving may take: a user who pressed Ctrl-C waits for `stopped` to go out, not for dead trackers. */
export const STOP_TIMEOUT = 3_000
/** Peers asked of a tracker each time (libtorrent `num_want`). */
export const NUM_WANT = 200

/** What a tracker is told of the transfer at the moment of an announce; bytes. */
export interface TransferTotals {
  readonly uploaded: number
  readonly downloaded: number
  readonly left: number
}

/** What trackers answered. */
export type AnnounceEvent =
  | { readonly type: 'announced'; readonly url: string; readonly response: AnnounceResponse }
  | { readonly type: 'announceFailed'; readonly url: string; readonly error: BtError }
  | { readonly type: 'trackerWarning'; readonly url: string; readonly message: string }

export interface AnnouncingOptions {
  readonly tiers: readonly (readonly string[])[]
  readonly registry: PluginRegistry
  readonly infoHash: InfoHash
  readonly peerId: PeerId
  readonly port: number
  readonly key: number
  readonly now: () => number
  readonly random: () => number
  readonly totals: () => TransferTotals
  readonly onPeers: (peers: readonly PeerAddress[], url: string) => void
  readonly onEvent: (event: AnnounceEvent) => void
}

export class Announcing {
  readonly #options: AnnouncingOptions
  readonly #announcer: Announcer
  readonly #abort = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #onIdle: (() => void) | undefined
  /** The announce that may be cut short by leaving: `completed` and `stopped` must go out. */
  #underWay: AbortController | undefined

  constructor(options: AnnouncingOptions) {
    this.#options = options
    this.#announcer = new Announcer({ tiers: options.tiers, random: options.random })
  }

  start(): void {
    this.#announcer.start(this.#options.now())
    this.#pump()
  }

  complete(): void {
    this.#announcer.complete(this.#options.now())
    this.#pump()
  }

  needPeers(): void {
    this.#announcer.needPeers(this.#options.now())
    this.#pump()
  }

  /** Tells the trackers `stopped`, within STOP_TIMEOUT. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#announcer.stop(this.#options.now())
    const idle = new Promise<void>(resolve => {
      this.#onIdle = resolve
    })
    this.#underWay?.abort(new Error('stopping'))
    this.#pump()
    const limit = setTimeout(() => this.#abort.abort(new Error('no time left')), STOP_TIMEOUT)
    await idle
    clearTimeout(limit)
    clearTimeout(this.#timer)
  }

  states(): readonly TrackerState[] {
    return this.#announcer.states()
  }

  #pump(): void {
    const { now } = this.#options
    for (let job = this.#announcer.poll(now()); job !== undefined; job = this.#announcer.poll(now()))
      void this.#run(job)
    if (this.#onIdle !== undefined && (this.#announcer.idle || this.#abort.signal.aborted)) this.#onIdle()
    clearTimeout(this.#timer)
    const { deadline } = this.#announcer
    if (deadline === Infinity || this.#onIdle !== undefined) return
    this.#timer = setTimeout(() => this.#pump(), Math.max(1, deadline - now()))
  }

  async #run(job: AnnounceJob): Promise<void> {
    const { now, onEvent, onPeers } = this.#options
    try {
      const response = await this.#announce(job)
      this.#announcer.succeeded(job, response, now())
      if (response.warning !== undefined) onEvent({ type: 'trackerWarning', url: job.url, message: response.warning })
      onEvent({ type: 'announced', url: job.url, response })
      if (response.peers.length > 0 && job.event !== 'stopped') onPeers(response.peers, job.url)
    } catch (error) {
      const known = asBtError(error)
      this.#announcer.failed(job, { retryAfter: askAgain(known), message: known.message }, now())
      // Cut short by our leaving: no news to anybody.
      if (this.#onIdle === undefined || job.event === 'stopped') {
        onEvent({ type: 'announceFailed', url: job.url, error: known })
      }
    }
    this.#pump()
  }

  async #announce(job: AnnounceJob): Promise<AnnounceResponse> {
    const { registry, infoHash, peerId, port, key, totals, onEvent } = this.#options
    const own = new AbortController()
    if (job.event === undefined || job.event === 'started') this.#underWay = own
    const link = linkedSignal(own.signal, this.#abort.signal)
    const trackerId = this.#announcer.trackerId(job.url)
    const request = {
      infoHash,
      peerId,
      port,
      key,
      ...totals(),
      numWant: job.event === 'stopped' ? 0 : NUM_WANT,
      ...(job.event !== undefined && { event: job.event }),
      ...(trackerId !== undefined && { trackerId }),
    }
    const call = {
      registry,
      url: job.url,
      signal: link.signal,
      onWarning: (message: string) => onEvent({ type: 'trackerWarning', url: job.url, message }),
    }
    return announceTo(call, request).finally(() => link.clear())
  }
}

/** BEP 31: seconds until a tracker that refused wants to be asked again. */
function askAgain(error: BtError): number | 'never' | undefined {
  const { retryAfter } = error.details
  return typeof retryAfter === 'number' || retryAfter === 'never' ? retryAfter : undefined
}
