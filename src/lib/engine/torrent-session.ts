// One torrent from the moment it is added to the moment it is stopped: what its parts tell is passed on to those whom it
// concerns. Each keeps a thing of its own: `outcome` the stage and who waits for it, `content` what is stored, `pausing`,
// `givingUp`, `seeding` and `streams` what their names say; the runner has the peers, and discovery finds them.
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
import { GivingUp } from './giving-up.ts'
import { Pausing } from './pausing.ts'
import { measure, type Progress, type Stage } from './progress.ts'
import { combine, LimitPair, type RateLimits } from './rate-limits.ts'
import type { SeedGoal } from './seed-goals.ts'
import { Seeding } from './seeding.ts'
import { publishEvent } from './session-channel.ts'
import { SessionContent } from './session-content.ts'
import { SessionEvents, type SessionEvent, type SessionEventOf } from './session-events.ts'
import { torrentOptions, type SessionOptions } from './session-options.ts'
import { SessionOutcome } from './session-outcome.ts'
import type { TorrentSource } from './source.ts'
import type { Storage } from './storage.ts'
import { TorrentRunner } from './torrent-runner.ts'

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
  readonly #abort = new AbortController()
  readonly #events: SessionEvents
  readonly #outcome: SessionOutcome
  readonly #limits = new LimitPair()
  readonly #torrent: Torrent
  readonly #runner: TorrentRunner
  readonly #seeding: Seeding
  readonly #disk: DiskRoom
  readonly #streams: FileStreams
  readonly #content: SessionContent
  readonly #givingUp: GivingUp
  readonly #discovery: Discovery
  readonly #pausing: Pausing
  /** An earlier run's metadata is being looked for. */
  #recalling: Promise<void> | undefined
  #stopping: Promise<void> | undefined

  /** @internal Use the methods of `Engine`. */
  constructor(context: EngineContext, options: SessionOptions) {
    const { source } = options
    const { signal } = this.#abort
    this.source = source
    this.#context = context
    this.#options = options
    this.#events = new SessionEvents(source.infoHash)
    this.#outcome = new SessionOutcome(source.info === undefined ? 'metadata' : 'checking', stage =>
      this.#emit({ type: 'stage', stage }),
    )
    ;({ done: this.done, metadata: this.metadata, failure: this.failure } = this.#outcome)
    this.#limits.set(options.limits ?? {}, context.now())
    this.#torrent = new Torrent(torrentOptions(context, options, this.#limits))
    this.#runner = new TorrentRunner({
      torrent: this.#torrent,
      now: context.now,
      hasher: context.hasher,
      runBuffers: context.runBuffers,
      sockets: context.sockets,
      onAlert: alert => this.#onAlert(alert),
      onFatal: error => {
        // Pieces that waited for room on the disk are let go of when we are stopped.
        if (error !== signal.reason) this.#fail(error)
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
      signal,
      bytesLeft: () => this.progress().bytesLeft,
      onEvent: event => {
        this.#emit(event)
        if (event.type === 'diskRoom') this.#givingUp.consider()
      },
    })
    this.#streams = new FileStreams({
      focus: ranges => this.#runner.focus(ranges),
      release: pieces => this.#runner.release(pieces),
    })
    if (options.storage === undefined)
      this.#streams.end(new BtError('USAGE', 'only the metadata is wanted of this torrent'))
    this.#content = new SessionContent({
      context,
      storage: options.storage,
      signal,
      report: {
        onChecked: (pieces, total) => this.#emit({ type: 'checked', pieces, total }),
        onReserved: (bytes, total) => this.#emit({ type: 'reserved', bytes, total }),
        onWarning: message => this.#emit({ type: 'warning', message }),
      },
      run: () => {
        const { uploaded, downloaded } = this.progress()
        return { uploaded, downloaded, seeding: this.#seeding.state }
      },
      onOpening: () => this.#outcome.enter('checking'),
      onOpen: (info, storage) => this.#onOpen(info, storage),
      onComplete: () => this.#onComplete(),
      onError: error => this.#fail(error),
    })
    this.#givingUp = new GivingUp({
      torrent: this.#torrent,
      enabled: options.giveUp === true,
      discovery: () => this.#discovery,
      seeking: () => this.stage !== 'seeding' && !signal.aborted && !this.paused && this.obstacle === undefined,
      onHopeless: error => this.#fail(error),
    })
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
      onEvent: event => this.#emit(event),
      onSetback: () => this.#givingUp.consider(),
    })
    this.#pausing = new Pausing({
      runner: this.#runner,
      discovery: this.#discovery,
      signal,
      onEvent: event => this.#emit(event),
    })
  }

  /** @internal */
  get runner(): TorrentRunner {
    return this.#runner
  }

  /** How far it is. */
  get stage(): Stage {
    return this.#outcome.stage
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
    return measure(this.#torrent, { stage: this.stage, storage: this.#storage }, this.#context.now())
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
    return this.#pausing.paused
  }

  /**
   * Lets go of all peers and leaves the trackers, until `resume`. What has arrived is still stored, and what is there still
   * checked. The stage stays as it is. Has no effect once it is stopped.
   * @returns when the trackers were told, after 3 s at most.
   */
  pause(): Promise<void> {
    return this.#pausing.pause()
  }

  /** Goes on where `pause` left off, once that is through: trackers hear `started` again, known peers are dialled at once. */
  resume(): Promise<void> {
    return this.#pausing.resume()
  }

  /** @internal Begins the work; call once. */
  start(): void {
    const { info, peers } = this.source
    const message = notAsked(this.source)
    // Whoever has just been given the session has not subscribed yet.
    if (message !== undefined) queueMicrotask(() => this.#emit({ type: 'warning', message }))
    if (info === undefined) {
      this.#recalling = this.#recall()
    } else {
      this.#torrent.setInfo(info)
      this.#open(info)
    }
    this.#runner.addPeers([...(this.#options.peers ?? []), ...peers], 'user')
  }

  async #recall(): Promise<void> {
    // An unreadable record is as good as none: peers have the metadata too.
    const saved = await this.#options.recall?.().catch(() => undefined)
    this.#recalling = undefined
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
    await this.#recalling
    await this.#content.opened()
    await this.#runner.stop()
    await this.#content.confirmed()
    // What comes of that is no news.
    const failed = this.stage === 'failed'
    let unsaved: unknown
    try {
      await this.#content.close(this.have)
    } catch (error) {
      unsaved = error
      this.#fail(error)
    }
    await trackers
    this.#streams.end(this.#outcome.stop())
    this.#seeding.end(unsaved === undefined ? undefined : asBtError(unsaved))
    if (unsaved !== undefined && !failed) throw asBtError(unsaved)
  }

  #onAlert(alert: TorrentAlert): void {
    this.#emit(alert)
    this.#givingUp.heed(alert)
    if (alert.type === 'needPeers') this.#onNeedPeers()
    else if (alert.type === 'pieceVerified') this.#streams.verified(alert.piece)
    else if (alert.type === 'metadata') this.#open(alert.info)
    else if (alert.type === 'complete') this.#content.confirm()
  }

  #onNeedPeers(): void {
    // Seeds wait for those who need them.
    if (this.stage === 'seeding') return
    this.#discovery.needPeers()
    this.#givingUp.consider()
  }

  #open(info: Info): void {
    this.#outcome.known(info)
    if (this.#recalling === undefined) this.#content.open(info)
  }

  /** What is there has been checked: pieces may move. */
  #onOpen(info: Info, storage: Storage): void {
    this.#outcome.enter('downloading')
    this.#runner.start(info, this.#disk.patient(storage), storage.have, storage.wanted, storage.order)
    this.#streams.open({ info, storage, have: storage.have })
    // What was there already is verified before anyone is told of us.
    this.#discovery.begin()
  }

  #onComplete(): void {
    // With a selection the wanted pieces are here, yet we are no seed (BEP 3: `completed` says that the download is).
    // Nor is it told of what was here when we began, which for a magnet link is known only after `started`.
    if (this.#content.gained) this.#discovery.complete()
    this.#outcome.complete()
    if (!this.#abort.signal.aborted) this.#seeding.begin()
  }

  #fail(cause: unknown): void {
    if (this.stage === 'failed') return
    const known = asBtError(cause)
    publishEvent(this.source.infoHash, { type: 'failed', error: known })
    this.#outcome.fail(known)
    this.#streams.end(known)
    this.#seeding.end(known)
    // Nothing more is to be had from it: connections end, trackers hear `stopped`, what is verified is saved.
    this.stop().catch(() => undefined)
  }

  get #storage(): Storage | undefined {
    return this.#content.storage
  }

  #emit(event: SessionEvent): void {
    this.#events.emit(event)
  }
}
