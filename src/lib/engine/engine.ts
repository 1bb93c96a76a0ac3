// Any number of torrents behind one listening port. `createEngine` is the library's front door.
import { randomBytes } from 'node:crypto'
import type { PeerAddress } from '../base/address.ts'
import { hex } from '../base/bytes.ts'
import { BtError } from '../base/errors.ts'
import { makePeerId } from '../base/ids.ts'
import { Listener } from '../net/listener.ts'
import { SocketBudget } from '../net/socket-budget.ts'
import type { PluginRegistry } from '../plugin/registry.ts'
import { Hasher } from '../storage/hasher.ts'
import { Disk } from '../storage/disk.ts'
import { resumeCandidates } from '../storage/output.ts'
import { loadMetadata } from '../storage/resume.ts'
import { CLIENT } from './client.ts'
import type { EngineContext } from './context.ts'
import { shareDescriptors } from './descriptors.ts'
import { LimitPair, type RateLimits } from './rate-limits.ts'
import { RunBuffers } from './run-buffers.ts'
import { downloadStorage, type DownloadTarget } from './download-storage.ts'
import type { SeedGoals } from './seed-goals.ts'
import type { SeedPlace } from './seed-content.ts'
import { seedStorage } from './seed-storage.ts'
import type { OpenStorage } from './storage.ts'
import { loadProgramPlugins, type ProgramPlugin } from './program-plugins.ts'
import { silentPort } from './silent-port.ts'
import type { SessionOptions } from './session-options.ts'
import { TorrentSession } from './torrent-session.ts'
import type { TorrentSource } from './source.ts'

/** What all torrents of an engine share. Its limits are for all of them together. */
export interface EngineOptions extends RateLimits {
  /** Where peers reach us; 0 (the default) takes any free port, `false` does not listen. */
  readonly port?: number | false
  /** The local address to listen on; all by default. */
  readonly host?: string
  /** More plugins, which come before the bundled ones. */
  readonly plugins?: readonly ProgramPlugin[]
  /** What plugins offer, in place of the bundled ones and `plugins`. It is what `bt` itself makes of oclif's. */
  readonly registry?: PluginRegistry
  /** Closes the engine when it is aborted. */
  readonly signal?: AbortSignal
}

/** What all ways to add a torrent share. */
export interface AddOptions extends RateLimits {
  /** Peers to try besides those of trackers and sources. */
  readonly peers?: readonly PeerAddress[]
  /** False: ask no tracker and no peer source. */
  readonly discover?: boolean
  /** Extra trackers, each a tier after the torrent's own. */
  readonly trackers?: readonly string[]
  /** Fail once no peer can be hoped for, instead of waiting for better times. */
  readonly giveUp?: boolean
  /** Removes the torrent from the engine when it is aborted: it stops as by `Engine.remove`. */
  readonly signal?: AbortSignal
}

/** What `download` and `seed` share. */
export interface Serving {
  /**
   * Stops by itself, and settles `TorrentSession.seeded`, once the torrent has been seeded so much; without it, seeding
   * goes on until somebody stops it.
   */
  readonly seedUntil?: SeedGoals
}

/** What was given to peers in earlier runs counts for the ratio, as long as the goals were not reached. */
export interface DownloadOptions extends AddOptions, DownloadTarget, Serving {}

/** For the ratio, what is given to peers in this run counts: nothing is written where the content is. */
export interface SeedOptions extends AddOptions, Serving, SeedPlace {
  /** For the only seed of a new torrent: gives each piece about once, and lets its peers do the rest (BEP 16). */
  readonly superSeed?: boolean
}

/**
 * Opens the listening port and loads the plugins.
 * @throws BtError LISTEN_FAILED, PLUGIN_FAILED where one of `plugins` does not fit, USAGE for a limit that is no rate; the
 * reason of a signal that is aborted already
 */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  options.signal?.throwIfAborted()
  const registry = options.registry ?? (await loadProgramPlugins(options.plugins ?? []))
  const peerId = makePeerId(length => randomBytes(length))
  const torrents = new Map<string, TorrentSession>()
  const now = (): number => performance.now()
  const shares = shareDescriptors()
  const sockets = new SocketBudget(shares.sockets)
  const limits = new LimitPair()
  limits.set(options, now())
  const listener =
    options.port === false
      ? undefined
      : await Listener.open({
          host: options.host,
          port: options.port ?? 0,
          peerId,
          now,
          budget: sockets,
          claim: visitor => torrents.get(hex(visitor.handshake.infoHash))?.runner.adopt(visitor),
        })
  const context: EngineContext = {
    peerId,
    port: listener?.address.port ?? 0,
    announcePort: listener?.address.port ?? silentPort(),
    key: randomBytes(4).readUInt32BE(),
    client: CLIENT,
    registry,
    sockets,
    disk: new Disk(shares.files),
    limits,
    now,
    random: () => Math.random(),
    hasher: new Hasher(),
    runBuffers: new RunBuffers(),
  }
  const engine = new Engine(context, torrents, listener)
  options.signal?.addEventListener('abort', () => void engine.close().catch(() => undefined), { once: true })
  return engine
}

/**
 * Any number of torrents behind one listening port, one set of open files and one pair of rate limits. Close it in
 * the end.
 */
export class Engine {
  readonly #context: EngineContext
  /** By info-hash in hex. */
  readonly #torrents: Map<string, TorrentSession>
  readonly #listener: Listener | undefined
  #closing: Promise<void> | undefined

  /** @internal Use `createEngine`. */
  constructor(context: EngineContext, torrents: Map<string, TorrentSession>, listener: Listener | undefined) {
    this.#context = context
    this.#torrents = torrents
    this.#listener = listener
  }

  /** Where we listen; undefined where we do not. */
  get address(): PeerAddress | undefined {
    return this.#listener?.address
  }

  /** Those that were added and not removed. */
  get torrents(): readonly TorrentSession[] {
    return [...this.#torrents.values()]
  }

  /**
   * Changes how fast the content of all torrents together may move; each gets an equal part. What peers were asked for
   * before still comes, and is made up for.
   * @throws BtError USAGE for what is no rate
   */
  setLimits(limits: RateLimits): void {
    this.#context.limits.set(limits, this.#context.now())
    for (const session of this.#torrents.values()) session.applyLimits()
  }

  /** Downloads to files, resuming what is there, and serves meanwhile and after, until it is stopped. */
  download(source: TorrentSource, options: DownloadOptions = {}): TorrentSession {
    return this.#start({
      ...shared(source, options),
      ...until(options),
      storage: (info, request) => {
        return downloadStorage(info, { ...options, keepMetadata: source.metainfo === undefined }, request)
      },
      recall: () => loadMetadata(resumeCandidates(source.infoHash, options.output, process.cwd()), source.infoHash),
    })
  }

  /** Serves content that is on the disk, once it is verified. */
  seed(source: TorrentSource, options: SeedOptions = {}): TorrentSession {
    return this.#start({
      ...shared(source, options),
      ...until(options),
      ...(options.superSeed !== undefined && { superSeed: options.superSeed }),
      storage: (info, request) => seedStorage(info, options, request),
    })
  }

  /** Gets the info dictionary from peers and nothing else. */
  fetchMetadata(source: TorrentSource, options: AddOptions = {}): TorrentSession {
    return this.#start(shared(source, options))
  }

  /** The general form: storage of the caller's own. @throws BtError USAGE where the torrent is here already. */
  add(source: TorrentSource, options: AddOptions, storage: OpenStorage): TorrentSession {
    return this.#start({ ...shared(source, options), storage })
  }

  /** Stops one torrent and forgets it. */
  async remove(session: TorrentSession): Promise<void> {
    this.#torrents.delete(hex(session.source.infoHash))
    await session.stop()
  }

  /**
   * Stops every torrent (each announces `stopped`, flushes and saves) and the listener. Safe to call more than once.
   * @throws BtError DISK_* after all is closed, where a torrent could not be flushed or its state not saved
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const stopped = await Promise.allSettled(this.torrents.map(session => session.stop()))
    this.#torrents.clear()
    await this.#listener?.close()
    await this.#context.disk.close()
    await this.#context.hasher.close()
    for (const outcome of stopped) if (outcome.status === 'rejected') throw outcome.reason
  }

  #start(options: SessionOptions): TorrentSession {
    if (this.#closing !== undefined) throw new BtError('USAGE', 'the engine is closed; make another one')
    const key = hex(options.source.infoHash)
    if (this.#torrents.has(key)) {
      const name = options.source.displayName ?? 'the torrent'
      throw new BtError('USAGE', `"${name}" (${key}) was added already; remove it first to add it in another way`)
    }
    const session = new TorrentSession(this.#context, options)
    this.#torrents.set(key, session)
    session.start()
    if (options.signal !== undefined) this.#heed(options.signal, session)
    return session
  }

  #heed(signal: AbortSignal, session: TorrentSession): void {
    const leave = (): void => void this.remove(session).catch(() => undefined)
    if (signal.aborted) return leave()
    signal.addEventListener('abort', leave, { once: true })
    session.on('stage', ({ stage }) => {
      if (stage === 'stopped' || stage === 'failed') signal.removeEventListener('abort', leave)
    })
  }
}

function until({ seedUntil }: Serving): Pick<SessionOptions, 'seedUntil'> {
  return seedUntil === undefined ? {} : { seedUntil }
}

function shared(source: TorrentSource, options: AddOptions): SessionOptions {
  const { peers, discover, giveUp, maxDown, maxUp, signal } = options
  const tiers = [...source.tiers, ...(options.trackers ?? []).map(url => [url])]
  return {
    source: { ...source, tiers },
    limits: { ...(maxDown !== undefined && { maxDown }), ...(maxUp !== undefined && { maxUp }) },
    ...(peers !== undefined && { peers }),
    ...(discover !== undefined && { discover }),
    ...(giveUp !== undefined && { giveUp }),
    ...(signal !== undefined && { signal }),
  }
}
