// The real outside world of a plugin: the machine's clock, randomness, names, UDP and HTTP.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Family } from '../discovery/ip.ts'
import type { HttpResponse, Io, TraceStep } from '../plugin/api.ts'
import { resolveHost } from './resolve.ts'
import { openUdp } from './udp.ts'

/** The longest delay that node's timers take, milliseconds. */
const MAX_TIMER = 2_147_483_647

export interface IoOptions {
  readonly signal: AbortSignal
  readonly warn: (message: string) => void
  /** Milliseconds for each step of an HTTP exchange and for all of it, in place of HTTP_TIMEOUTS. */
  readonly patience?: number
  /** The only address family to reach hosts over; both by default. */
  readonly family?: Family
  /** What may be asked of the loopback: a URL that the user wrote may aim there, a stranger's only at what looks like a tracker. */
  readonly loopback?: 'anything' | 'trackers'
  readonly once?: boolean
  readonly trace?: (step: TraceStep) => void
}

/** Every wait in it rejects with the signal's reason once that aborts. */
export function createIo(options: IoOptions): Io {
  const { signal, warn, family: wanted, once, trace } = options
  return {
    signal,
    warn,
    ...(once !== undefined && { once }),
    ...(trace !== undefined && { trace }),
    now: () => performance.now(),
    random: length => new Uint8Array(randomBytes(length)),
    sleep: async ms => sleep(ms, signal),
    udp: async (family = 4) => openUdp(family, signal),
    http: async url => http(url, options),
    resolve: async host => resolveHost(host, signal, wanted),
  }
}

async function http(
  url: URL,
  { signal, patience, family, loopback = 'trackers', trace }: IoOptions,
): Promise<HttpResponse> {
  // Loaded when it is needed: undici takes longer to load than all of ours.
  const { fetchBytes } = await import('./http.ts')
  return fetchBytes(url, {
    signal,
    loopback,
    ...(patience !== undefined && { timeouts: { total: patience, headers: patience, connect: patience } }),
    ...(family !== undefined && { family }),
    ...(trace !== undefined && { trace }),
  })
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.min(ms, MAX_TIMER), undefined, { signal })
  } catch (error) {
    signal.throwIfAborted() // with the signal's own reason, where node has an AbortError of its own
    throw error
  }
}
