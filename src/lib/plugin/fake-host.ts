// The host that a test hands to a command of a plugin: torrents are what the test says, and nothing is transferred.
import type { Config } from '@oclif/core/interfaces'
import { BtError } from '../base/errors.ts'
import type { Host, HostEngine, HostProgress, HostSession, HostTorrent, InfoHash, PeerAddress } from './api.ts'
import { toolkit } from './toolkit.ts'

/** A torrent that `loadTorrent` finds, and what its metadata will turn out to be. */
export interface FakeHostTorrent {
  readonly infoHash: InfoHash
  readonly name: string
  /** Bytes. */
  readonly totalLength: number
  /** The info dictionary; empty by default. */
  readonly raw?: Uint8Array
  readonly tiers?: readonly (readonly string[])[]
  readonly peers?: readonly PeerAddress[]
}

/** What the fake host knows. */
export interface FakeHostOptions {
  /** By what the user would call each: a path, a URL, a magnet link. */
  readonly torrents?: Readonly<Record<string, FakeHostTorrent>>
}

/** In place of oclif's configuration, which a command gets as `config`. */
export interface FakeHost extends Pick<Config, 'runHook'> {
  /** Engines that were made and not closed. */
  readonly openEngines: number
  /** What engines were told to do, in order. */
  readonly calls: readonly FakeHostCall[]
}

/** Something that an engine of the fake host was told to do. */
export interface FakeHostCall {
  readonly method: 'download' | 'seed' | 'fetchMetadata'
  readonly torrent: HostTorrent
  readonly options: unknown
}

/** Answers the hook `bt:host`. Sessions are done at once. */
export function fakeHost({ torrents = {} }: FakeHostOptions = {}): FakeHost {
  const known = new Map<HostTorrent, FakeHostTorrent>()
  const calls: FakeHostCall[] = []
  let openEngines = 0
  const begin = (method: FakeHostCall['method'], torrent: HostTorrent, options: unknown): HostSession => {
    calls.push({ method, torrent, options })
    return doneSession(known.get(torrent))
  }
  const makeEngine = (): HostEngine => {
    openEngines++
    return {
      address: undefined,
      download: (torrent, options) => begin('download', torrent, options),
      seed: (torrent, options) => begin('seed', torrent, options),
      fetchMetadata: (torrent, options) => begin('fetchMetadata', torrent, options),
      close: async () => void openEngines--,
    }
  }
  const host: Host = {
    api: 1,
    kit: toolkit,
    loadTorrent: async argument => {
      const torrent = torrents[argument]
      if (torrent === undefined) throw new BtError('DISK_NOT_FOUND', `the test has no torrent ${argument}`)
      const { infoHash, name, tiers = [], peers = [] } = torrent
      const source: HostTorrent = { infoHash, displayName: name, tiers, peers }
      known.set(source, torrent)
      return source
    },
    createEngine: async () => makeEngine(),
  }
  const runHook = async (event: string): Promise<unknown> => ({
    successes: event === 'bt:host' ? [{ plugin: { name: 'bt-toolbox' }, result: host }] : [],
    failures: [],
  })
  return {
    runHook: runHook as FakeHost['runHook'],
    calls,
    get openEngines() {
      return openEngines
    },
  }
}

function doneSession(torrent: FakeHostTorrent | undefined): HostSession {
  if (torrent === undefined) throw new BtError('USAGE', 'this torrent did not come from loadTorrent()')
  const { name, totalLength, raw = new Uint8Array() } = torrent
  const rates = { downloadRate: 0, uploadRate: 0 }
  const progress: HostProgress = {
    stage: 'seeding',
    peers: 0,
    bytesDone: totalLength,
    bytesTotal: totalLength,
    ...rates,
  }
  return {
    done: Promise.resolve(),
    metadata: Promise.resolve({ name, totalLength, raw }),
    progress: () => progress,
    subscribe: () => () => undefined,
    stop: async () => undefined,
  }
}
