// One torrent from the moment it is added to the moment it is stopped. Its stage only moves forward:
// metadata → checking → downloading → seeding → stopped, leaving out what does not apply; `failed` can follow any.
import { formatAddress, type PeerAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import type { Bitfield } from '../base/bitfield.ts'
import type { Info } from '../metainfo/metainfo.ts'
import type { TorrentAlert } from '../swarm/actions.ts'
import { Torrent } from '../swarm/torrent.ts'
import type { EngineContext } from './context.ts'
import { Discovery } from './discovery.ts'
import { DiskRoom } from './disk-room.ts'
import { asBtError } from './errors.ts'
import { notAsked } from './first-trackers.ts'
import { FileStreams, type StreamRange } from './file-streams.ts'
import { outlook } from './outlook.ts'
import { measure, type Progress, type Stage } from './progress.ts'
import { combine, LimitPair, type RateLimits } from './rate-limits.ts'
import type { SeedGoal, SeedGoals } from './seed-goals.ts'
import { Seeding } from './seeding.ts'
import { publishEvent } from './session-channel.ts'
import { SessionEvents, type SessionEvent, type SessionEventOf } from './session-events.ts'
import type { TorrentSource } from './source.ts'
import { settleable, type Settle } from './settleable.ts'
import type { OpenStorage, Run, Storage } from './storage.ts'
import { TorrentRunner } from './torrent-runner.ts'

export interface SessionOptions {
  readonly source: TorrentSource
  /** Opens where the content lives, once the info dictionary is known. Undefined: only the metadata is wanted. */
  readonly storage?: OpenStorage
  /** Peers besides those of the source, such as from `--peer`. */
  readonly peers?: readonly PeerAddress[]
  /** The raw info dictionary as an earlier run may have kept it; looked for before any peer is asked. */
  readonly recall?: () => Promise<Uint8Array | undefined>
  /** Whether trackers and peer sources are asked at all. */
  readonly discover?: boolean
  readonly maxConnections?: number
  /** This torrent's own, within those of the engine. */
  readonly limits?: RateLimits
  /** BEP 16. */
  readonly superSeed?: boolean
  /** Fail once no peer can be hoped for, instead of waiting for better times. */
  readonly giveUp?: boolean
  /** Heeded by the engine. */
  readonly signal?: AbortSignal
  /** Stops by itself once it has been seeded so much. */
  readonly seedUntil?: SeedGoals
}

/**
 * One torrent of an engine, from the moment it is added to the moment it is stopped. Made by `Engine.download`,
 * `seed`, `fetchMetadata` and `add`.
 */
export class TorrentSession {
  readonly source: TorrentSource
  /** Resolves when every wanted piece is stored (at once if it was); rejects when the session fails or is stopped before. */
  readonly done: Promise<void>
  /** Resolves with the info dictionary; rejects as `done` does. */
  readonly metadata: Promise<Info>
  /** Never resolves; rejects when the session fails, even after `done`. */
  readonly failure: Promise<never>
  /** Resolves once a goal of `seedUntil` was reached and the torrent has stopped; rejects when it fails or is stopped before. */
  readonly seeded: Promise<SeedGoal>
  readonly #context: EngineContext
  readonly #options: SessionOptions
  readonly #torrent: Torrent
  readonly #runner: TorrentRunner
  readonly #discovery: Discovery
  readonly #disk: DiskRoom
  readonly #limits = new LimitPair()
  readonly #streams: FileStreams
  readonly #abort = new AbortController()
  readonly #events: SessionEvents
  readonly #settleDone: Settle<void>
  readonly #settleMetadata: Settle<Info>
  readonly #settleFailure: Settle<never>
  readonly #seeding: Seeding
  #storage: Storage | undefined
  #opening: Promise<void> | undefined
  /** While it is paused: settles once the trackers were told. */
  #pausing: Promise<void> | undefined
  #met = false
  /** Something was missing when the storage was opened. */
  #incomplete = false
  #lastLoss: string | undefined
  #stage: Stage
  /** All is stored, and is being looked at once more. */
  #confirming: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  /** @internal Use the methods of `Engine`. */
  constructor(context: EngineContext, options: SessionOptions) {
    const { source } = options
    this.source = source
    this.#context = context
    this.#options = options
    this.#events = new SessionEvents(source.infoHash)
    this.#stage = source.info === undefined ? 'metadata' : 'checking'
    ;[this.done, this.#settleDone] = settleable<void>()
    ;[this.metadata, this.#settleMetadata] = settleable<Info>()
    ;[this.failure, this.#settleFailure] = settleable<never>()
    this.#limits.set(options.limits ?? {}, context.now())
    this.#torrent = new Torrent({
      infoHash: source.infoHash,
      peerId: context.peerId,
      random: context.random,
      port: context.port,
      extensions: context.registry.extensions,
      client: context.client,
      probe: options.storage === undefined,
      limits: combine(context.limits, this.#limits),
      ...(options.superSeed !== undefined && { superSeed: options.superSeed }),
      ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
    })
    this.#runner = new TorrentRunner({
      torrent: this.#torrent,
      now: context.now,
      hasher: context.hasher,
      runBuffers: context.runBuffers,
      sockets: context.sockets,
      onAlert: alert => this.#onAlert(alert),
      onFatal: error => {
        // Pieces that waited for room on the disk are let go of when we are stopped.
        if (error !== this.#abort.signal.reason) this.#fail(error)
      },
    })
    this.#seeding = new Seeding({
      goals: options.seedUntil,
      runner: this.#runner,
      uploadedBefore: () => this.#storage?.uploadedBefore ?? 0,
      paused: () => this.paused,
      now: context.now,
      onReached: goal => {
        this.#emit({ type: 'seedGoal', goal })
        // What goes wrong with saving, whoever waits for `failure` or closes the engine hears of.
        this.stop().catch(() => undefined)
      },
    })
    this.seeded = this.#seeding.ended
    this.#disk = new DiskRoom({
      signal: this.#abort.signal,
      bytesLeft: () => this.progress().bytesLeft,
      onEvent: event => {
        this.#emit(event)
        if (event.type === 'diskRoom') this.#considerGivingUp()
      },
    })
    this.#streams = new FileStreams({
      focus: ranges => this.#runner.focus(ranges),
      release: pieces => this.#runner.release(pieces),
    })
    if (options.storage === undefined)
      this.#streams.end(new BtError('USAGE', 'only the metadata is wanted of this torrent'))
    this.#discovery = new Discovery({
      context,
      source,
      enabled: options.discover !== false,
      info: () => this.info,
      totals: () => {
        const { bytesMissing, downloaded, uploaded } = this.progress()
        return { uploaded, downloaded, left: bytesMissing }
      },
      onPeers: (peers, from) => this.#runner.addPeers(peers, from),
      onEvent: event => this.#events.emit(event),
      onSetback: () => this.#considerGivingUp(),
    })
  }

  /** @internal */
  get runner(): TorrentRunner {
    return this.#runner
  }

  /** How far it is. */
  get stage(): Stage {
    return this.#stage
  }

  /** The info dictionary, once it is known. */
  get info(): Info | undefined {
    return this.#torrent.info
  }

  /** Pieces verified and stored; undefined until checking is done. */
  get have(): Bitfield | undefined {
    return this.#torrent.have
  }

  /** What keeps the download from going on for now, such as a full disk. */
  get obstacle(): BtError | undefined {
    return this.#disk.obstacle
  }

  /** Where the content is: the file, or the folder of a multi-file torrent; undefined until that is known. */
  get path(): string | undefined {
    return this.#storage?.path
  }

  /** The files that were chosen, by index. Undefined where all are, and until the content is open. */
  get selected(): readonly number[] | undefined {
    return this.#storage?.selected
  }

  /** How far it is, in numbers. Cheap enough to be asked several times a second. */
  progress(): Progress {
    return measure(this.#torrent, { stage: this.#stage, storage: this.#storage }, this.#context.now())
  }

  /**
   * Changes how fast this torrent's content may move, within the limits of the engine.
   * @throws BtError USAGE for what is no rate
   */
  setLimits(limits: RateLimits): void {
    this.#limits.set(limits, this.#context.now())
    this.applyLimits()
  }

  /** @internal Those of the engine have changed. */
  applyLimits(): void {
    this.#runner.setLimits(combine(this.#context.limits, this.#limits))
  }

  /**
   * Calls the listener with every event, as it happens. What it throws ends the process, as an uncaught exception.
   * @returns a function that takes the listener off again.
   */
  subscribe(listener: (event: SessionEvent) => void): () => void {
    return this.#events.subscribe(listener)
  }

  /**
   * The bytes of a file (its index in `info.files`), in order, each chunk as soon as it is verified. What the reader will
   * need next is asked for before all else; nothing is read ahead of it, so a slow reader costs no memory. Leaving the loop
   * gives the order of the download free again.
   * @throws BtError from the loop: USAGE for what the torrent, or the selection, does not hold; what ends the session
   */
  stream(file: number, range: StreamRange = {}): AsyncGenerator<Uint8Array, void, undefined> {
    return this.#streams.read(file, range)
  }

  /**
   * Calls the listener with every event of one type: `session.on('pieceVerified', ({ piece }) => …)`.
   * @returns a function that takes the listener off again.
   */
  on<T extends SessionEvent['type']>(type: T, listener: (event: SessionEventOf<T>) => void): () => void {
    return this.subscribe(event => {
      if (event.type === type) listener(event as SessionEventOf<T>)
    })
  }

  /** Whether `pause` was called, and no `resume` since. */
  get paused(): boolean {
    return this.#pausing !== undefined
  }

  /**
   * Lets go of all peers and leaves the trackers, until `resume`. What has arrived is still stored, and what is there still
   * checked. The stage stays as it is. Has no effect once it is stopped.
   * @returns when the trackers were told, after 3 s at most.
   */
  pause(): Promise<void> {
    if (this.#abort.signal.aborted) return Promise.resolve()
    this.#pausing ??= this.#pause()
    return this.#pausing
  }

  async #pause(): Promise<void> {
    this.#emit({ type: 'paused' })
    this.#runner.pause()
    await this.#discovery.pause()
  }

  /** Goes on where `pause` left off, once that is through: trackers hear `started` again, known peers are dialled at once. */
  async resume(): Promise<void> {
    const pausing = this.#pausing
    await pausing
    // Somebody else may have resumed it meanwhile, or stopped it.
    if (pausing === undefined || this.#pausing !== pausing || this.#abort.signal.aborted) return
    this.#pausing = undefined
    this.#emit({ type: 'resumed' })
    this.#runner.resume()
    this.#discovery.resume()
  }

  /** @internal Begins the work; call once. */
  start(): void {
    const { info, peers } = this.source
    const message = notAsked(this.source)
    // Whoever has just been given the session has not subscribed yet.
    if (message !== undefined) queueMicrotask(() => this.#emit({ type: 'warning', message }))
    if (info === undefined) {
      this.#opening = this.#recall()
    } else {
      this.#torrent.setInfo(info)
      this.#open(info)
    }
    this.#runner.addPeers([...(this.#options.peers ?? []), ...peers], 'user')
  }

  async #recall(): Promise<void> {
    // An unreadable record is as good as none: peers have the metadata too.
    const saved = await this.#options.recall?.().catch(() => undefined)
    this.#opening = undefined
    if (this.#abort.signal.aborted) return
    // A peer that was named may have brought it meanwhile, when nothing could be opened yet.
    if (this.info !== undefined) this.#open(this.info)
    else if (saved === undefined || !this.#runner.offerMetadata(saved)) this.#discovery.begin()
  }

  /**
   * Announces `stopped`, ends connections, flushes and saves. Safe to call at any stage and more than once.
   * @throws BtError DISK_* where what was downloaded could not be flushed, or the state not saved
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    this.#abort.abort(new BtError('INTERRUPTED', 'stopped'))
    this.#seeding.stop()
    const { sources, trackers } = this.#discovery.stop()
    await sources
    await this.#opening
    await this.#runner.stop()
    await this.#confirming
    const have = this.#torrent.have
    // What comes of that is no news.
    const failed = this.#stage === 'failed'
    let unsaved: unknown
    try {
      if (have !== undefined) await this.#storage?.close(have, this.#run())
    } catch (error) {
      unsaved = error
      this.#fail(error)
    }
    await trackers
    if (this.#stage !== 'failed') this.#enter('stopped')
    const ended = new BtError('INTERRUPTED', 'the torrent was stopped before it was complete')
    this.#settleMetadata.reject(ended)
    this.#settleDone.reject(ended)
    this.#streams.end(ended)
    this.#seeding.end(unsaved === undefined ? undefined : asBtError(unsaved))
    if (unsaved !== undefined && !failed) throw asBtError(unsaved)
  }

  #onAlert(alert: TorrentAlert): void {
    this.#emit(alert)
    if (alert.type === 'needPeers') this.#onNeedPeers()
    else if (alert.type === 'pieceVerified') this.#streams.verified(alert.piece)
    else if (alert.type === 'peerConnected') this.#met = true
    else if (alert.type === 'peerDisconnected') this.#lastLoss = `${formatAddress(alert.address)}: ${alert.detail}`
    else if (alert.type === 'metadata') this.#open(alert.info)
    else if (alert.type === 'complete') this.#confirm()
  }

  #onNeedPeers(): void {
    // Seeds wait for those who need them.
    if (this.#stage === 'seeding') return
    this.#discovery.needPeers()
    this.#considerGivingUp()
  }

  #considerGivingUp(): void {
    if (this.#options.giveUp !== true || !this.#discovery.begun || this.#stage === 'seeding') return
    if (this.#abort.signal.aborted || this.paused || this.obstacle !== undefined) return
    if (this.#torrent.peers.size > 0 || this.#torrent.complete) return
    const hopeless = outlook({
      met: this.#met,
      candidates: this.#torrent.deadline !== Infinity,
      ...this.#discovery.prospects,
      lastLoss: this.#lastLoss,
    })
    if (hopeless !== undefined) this.#fail(hopeless)
  }

  #onComplete(): void {
    // With a selection the wanted pieces are here, yet we are no seed (BEP 3: `completed` says that the download is).
    // Nor is it told of what was here when we began, which for a magnet link is known only after `started`.
    const gained = this.#storage?.have.complete === true && this.#incomplete
    if (gained) this.#discovery.complete()
    this.#enter('seeding')
    this.#settleDone.resolve()
    if (!this.#abort.signal.aborted) this.#seeding.begin()
  }

  /** What was here when we began was looked at just now. */
  #confirm(): void {
    const confirmed = this.#incomplete ? this.#storage?.confirm?.() : undefined
    if (confirmed === undefined) return this.#onComplete()
    this.#confirming = confirmed.then(
      () => this.#onComplete(),
      (error: unknown) => this.#fail(error),
    )
  }

  #run(): Run {
    const { uploaded, downloaded } = this.progress()
    return { uploaded, downloaded, seeding: this.#seeding.state }
  }

  /** The info dictionary is known: opens storage, checks what is there, and lets pieces move. */
  #open(info: Info): void {
    this.#settleMetadata.resolve(info)
    const { storage } = this.#options
    if (storage === undefined || this.#opening !== undefined || this.#abort.signal.aborted) return
    this.#enter('checking')
    this.#opening = this.#openStorage(info, storage).catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#fail(error)
    })
  }

  async #openStorage(info: Info, open: OpenStorage): Promise<void> {
    if (info.version === 'v2') {
      throw new BtError(
        'UNSUPPORTED_TORRENT',
        `"${info.name}" is a BitTorrent v2-only torrent; bt shows such torrents but can not transfer them yet`,
      )
    }
    const storage = await open(info, {
      disk: this.#context.disk,
      hasher: this.#context.hasher,
      signal: this.#abort.signal,
      onChecked: (pieces, total) => this.#emit({ type: 'checked', pieces, total }),
      onReserved: (bytes, total) => this.#emit({ type: 'reserved', bytes, total }),
      onWarning: message => this.#emit({ type: 'warning', message }),
    })
    this.#storage = storage
    this.#incomplete = !storage.have.complete
    if (this.#abort.signal.aborted) return storage.close(storage.have, this.#run())
    this.#enter('downloading')
    this.#runner.start(info, this.#disk.patient(storage), storage.have, storage.wanted, storage.order)
    this.#streams.open({ info, storage, have: storage.have })
    // What was there already is verified before anyone is told of us.
    this.#discovery.begin()
  }

  #enter(stage: Stage): void {
    if (this.#stage === stage || this.#stage === 'failed') return
    this.#stage = stage
    this.#emit({ type: 'stage', stage })
  }

  #fail(cause: unknown): void {
    if (this.#stage === 'failed') return
    const known = asBtError(cause)
    publishEvent(this.source.infoHash, { type: 'failed', error: known })
    this.#enter('failed')
    this.#settleMetadata.reject(known)
    this.#settleDone.reject(known)
    this.#settleFailure.reject(known)
    this.#streams.end(known)
    this.#seeding.end(known)
    // Nothing more is to be had from it: connections end, trackers hear `stopped`, what is verified is saved.
    this.stop().catch(() => undefined)
  }

  #emit(event: SessionEvent): void {
    this.#events.emit(event)
  }
}
