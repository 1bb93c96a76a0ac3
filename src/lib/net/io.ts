// The real outside world of a plugin: the machine's clock, randomness, names, UDP and HTTP.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Io } from '../plugin/api.ts'
import { resolveHost } from './resolve.ts'
import { openUdp } from './udp.ts'

/** The longest delay that node's timers take, milliseconds. */
const MAX_TIMER = 2_147_483_647

/** Every wait in it rejects with the signal's reason once that aborts. */
export function createIo(options: { readonly signal: AbortSignal; readonly warn: (message: string) => void }): Io {
  const { signal, warn } = options
  return {
    signal,
    warn,
    now: () => performance.now(),
    random: length => new Uint8Array(randomBytes(length)),
    sleep: async ms => sleep(ms, signal),
    udp: async (family = 4) => openUdp(family, signal),
    http: async url => {
      // Loaded when it is needed: undici takes longer to load than all of ours.
      const { fetchBytes } = await import('./http.ts')
      return fetchBytes(url, { signal, loopback: 'trackers' })
    },
    resolve: async host => resolveHost(host, signal),
  }
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(Math.min(ms, MAX_TIMER), undefined, { signal })
  } catch (error) {
    signal.throwIfAborted() // with the signal's own reason, where node has an AbortError of its own
    throw error
  }
}
