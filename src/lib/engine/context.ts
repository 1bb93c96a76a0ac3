// What all torrents of one engine share.
import type { PeerId } from '../base/ids.ts'
import type { SocketBudget } from '../net/socket-budget.ts'
import type { PluginRegistry } from '../plugin/registry.ts'
import type { Hasher } from '../storage/hasher.ts'
import type { Disk } from '../storage/disk.ts'
import type { LimitPair } from './rate-limits.ts'
import type { RunBuffers } from './run-buffers.ts'

export interface EngineContext {
  readonly peerId: PeerId
  /** Where we listen; 0: nowhere. */
  readonly port: number
  /** What trackers are told of it; never 0. */
  readonly announcePort: number
  /** BEP 7 and 15 `key`: 32 bits that stay the same while our address may change. */
  readonly key: number
  /** Name and version, shown to peers. */
  readonly client: string
  readonly registry: PluginRegistry
  /** Bounds how many connections to peers there are over all torrents. */
  readonly sockets: SocketBudget
  /** Bounds how many files of all torrents are open, and has threads for small ones. */
  readonly disk: Disk
  /** What all torrents together keep to. */
  readonly limits: LimitPair
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** [0, 1). */
  readonly random: () => number
  readonly hasher: Hasher
  /** What uploads of all torrents are read into. */
  readonly runBuffers: RunBuffers
}
