// What makes a session, and what its sans-io torrent is made of: the one's options and the engine's.
import type { PeerAddress } from '../base/address.ts'
import type { TorrentOptions } from '../swarm/torrent.ts'
import type { EngineContext } from './context.ts'
import { combine, type LimitPair, type RateLimits } from './rate-limits.ts'
import type { SeedGoals } from './seed-goals.ts'
import type { TorrentSource } from './source.ts'
import type { OpenStorage } from './storage.ts'

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

/** @param limits the torrent's own. */
export function torrentOptions(context: EngineContext, options: SessionOptions, limits: LimitPair): TorrentOptions {
  return {
    infoHash: options.source.infoHash,
    peerId: context.peerId,
    random: context.random,
    port: context.port,
    extensions: context.registry.extensions,
    client: context.client,
    probe: options.storage === undefined,
    limits: combine(context.limits, limits),
    ...(options.superSeed !== undefined && { superSeed: options.superSeed }),
    ...(options.maxConnections !== undefined && { maxConnections: options.maxConnections }),
  }
}
