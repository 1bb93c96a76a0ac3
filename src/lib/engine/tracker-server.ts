// The sockets of a tracker: HTTP and UDP in front of the same swarms. What they answer is decided in tracker/.
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { getHeapStatistics } from 'node:v8'
import { formatAddress } from '../base/address.ts'
import { BtError } from '../base/errors.ts'
import { ConnectionIds } from '../tracker/connection-id.ts'
import { MAX_PEERS, PEER_BYTES, type SwarmLimits } from '../tracker/swarms.ts'
import { Tracker, type InfoHashes, type TrackerEvent, type TrackerStats } from '../tracker/tracker.ts'
import { bindUdp, listenHttp, type Listening } from './tracker-listen.ts'
import { withWatchers } from './server-channel.ts'
import { loadState, saveState } from './tracker-state.ts'

/** Bytes; the output of the hash that signs connection ids. */
const SECRET_LENGTH = 32
const MAX_PORT = 65_535

export interface TrackerServerOptions {
  /** A literal address of this machine. Left out: every one, of both families where the system has IPv6. */
  readonly host?: string | undefined
  /** 0: any free one. Left out: no HTTP. */
  readonly httpPort?: number | undefined
  /** 0: any free one. Left out: no UDP. */
  readonly udpPort?: number | undefined
  /** Seconds between a peer's announces, 1 or more; 1,800 if left out. */
  readonly interval?: number | undefined
  /** The info-hashes served. Left out: any. Asked at each request, so it may change. */
  readonly allow?: InfoHashes | undefined
  /** How many swarms a scrape without an info-hash tells of. Left out: such a scrape is refused. */
  readonly fullScrape?: number | undefined
  /**
   * What it keeps at most; past that, who was silent longest goes first. Peers by default as many as half of the memory that
   * Node may take has room for, and no more than 500,000.
   */
  readonly limits?: SwarmLimits | undefined
  /** A file that the tracker goes on from, where it is there, and that it writes when it is closed. Left out: none. */
  readonly state?: string | undefined
  /** Called for each request that was understood, before its answer is sent. */
  readonly onEvent?: ((event: TrackerEvent) => void) | undefined
  /** Closes the tracker when aborted. */
  readonly signal?: AbortSignal | undefined
}

export interface TrackerServer {
  readonly httpPort?: number
  readonly udpPort?: number
  /** Announce URLs to put into a torrent; the loopback address stands for "every address". */
  readonly urls: readonly string[]
  stats(): TrackerStats
  /** Ends all connections, and writes the state. Calling it again waits for the same end. @throws BtError DISK_* */
  close(): Promise<void>
}

/**
 * Runs a tracker in memory until it is closed. A peer is listed under the address that it asks from: the `ip` parameter
 * of an announce is ignored, since anybody could aim a swarm at a stranger with it.
 * @throws BtError LISTEN_FAILED (a port is taken or not allowed), USAGE (no port, or a bad port or interval), INTERRUPTED,
 * INPUT_UNREADABLE or DISK_* (the state).
 */
export async function startTracker(options: TrackerServerOptions): Promise<TrackerServer> {
  check(options)
  const onEvent = withWatchers(options.onEvent)
  const tracker = new Tracker({
    ...(options.interval === undefined ? {} : { interval: options.interval }),
    ...(options.allow === undefined ? {} : { allow: options.allow }),
    ...(options.fullScrape === undefined ? {} : { fullScrape: options.fullScrape }),
    limits: { peers: roomForPeers(), ...options.limits },
    ...(onEvent === undefined ? {} : { onEvent }),
    random: Math.random,
    startedAt: performance.now(),
  })
  if (options.state !== undefined) await loadState(tracker, options.state)
  const { http, udp } = await listenBoth(tracker, options)
  const open = [http, udp].filter(listening => listening !== undefined)
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    options.signal?.removeEventListener('abort', onAbort)
    closing ??= closeAll(open, async () => {
      if (options.state !== undefined) await saveState(tracker, options.state)
    })
    await closing
  }
  const onAbort = (): void => void close().catch(() => undefined) // Whoever awaits close() hears of it.
  options.signal?.addEventListener('abort', onAbort)
  if (options.signal?.aborted === true) await close()
  return {
    ...(http === undefined ? {} : { httpPort: http.address.port }),
    ...(udp === undefined ? {} : { udpPort: udp.address.port }),
    urls: [...announceUrl('http', http), ...announceUrl('udp', udp)],
    stats: () => tracker.stats(performance.now()),
    close,
  }
}

async function closeAll(open: readonly Listening[], then: () => Promise<void>): Promise<void> {
  await Promise.all(open.map(listening => listening.close()))
  await then()
}

function roomForPeers(): number {
  return Math.min(MAX_PEERS, Math.floor(getHeapStatistics().heap_size_limit / 2 / PEER_BYTES))
}

function check({ httpPort, udpPort, interval, signal }: TrackerServerOptions): void {
  if (signal?.aborted === true) throw new BtError('INTERRUPTED', 'interrupted before the tracker started')
  if (httpPort === undefined && udpPort === undefined) {
    throw new BtError('USAGE', 'a tracker without any port answers nobody; give it an HTTP port, a UDP port or both')
  }
  for (const port of [httpPort, udpPort]) {
    if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= MAX_PORT)) {
      throw new BtError('USAGE', `${port} is not a port; give a number from 1 to ${MAX_PORT}, or 0 for any free one`)
    }
  }
  if (interval !== undefined && !(Number.isSafeInteger(interval) && interval >= 1)) {
    throw new BtError('USAGE', `an announce interval of ${interval} s is not a whole number of seconds from 1 up`)
  }
}

/** Both or none: the first is closed again where the second fails. */
async function listenBoth(
  tracker: Tracker,
  { host, httpPort, udpPort }: TrackerServerOptions,
): Promise<{ http: Listening | undefined; udp: Listening | undefined }> {
  const http = httpPort === undefined ? undefined : await listenHttp(tracker, host, httpPort)
  try {
    const ids = new ConnectionIds(randomBytes(SECRET_LENGTH))
    return { http, udp: udpPort === undefined ? undefined : await bindUdp(tracker, ids, host, udpPort) }
  } catch (error) {
    await http?.close()
    throw error
  }
}

function announceUrl(scheme: 'http' | 'udp', listening: Listening | undefined): readonly string[] {
  if (listening === undefined) return []
  return [`${scheme}://${formatAddress(reachable(listening.address))}/announce`]
}

function reachable({ address, port }: AddressInfo): { host: string; port: number } {
  return { host: address === '::' || address === '0.0.0.0' ? '127.0.0.1' : address, port }
}
