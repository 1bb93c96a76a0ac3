// One call to a tracker's plugin: found by the URL's scheme, bounded in time even where the plugin heeds no signal, and
// every failure an error with a code that names the tracker.
import { BtError } from '../base/errors.ts'
import { deadlineSignal } from '../net/deadline-signal.ts'
import { createIo, type IoOptions } from '../net/io.ts'
import type { InfoHash } from '../base/ids.ts'
import type { AnnounceRequest, AnnounceResponse, Io, ScrapeEntry, Tracker } from '../plugin/api.ts'
import type { PluginRegistry } from '../plugin/registry.ts'
import { responseOf, scrapeEntriesOf } from './tracker-answers.ts'
import { traceCall, type CallTrace } from './tracker-trace.ts'

/**
 * Milliseconds for one call: one retransmission of BEP 15 (after 15 s) and its answer. A longer wait would keep the next
 * tier's trackers, and so the user, waiting for a dead one.
 */
const CALL_TIMEOUT = 20_000

export interface TrackerCall {
  readonly registry: PluginRegistry
  readonly url: string
  readonly signal: AbortSignal
  readonly onWarning: (message: string) => void
  /** Milliseconds. */
  readonly timeout?: number
  /** How the plugin reaches the tracker, for who asks by hand. */
  readonly io?: Omit<IoOptions, 'signal' | 'warn'>
}

/** @throws BtError TRACKER_* */
export function announceTo(call: TrackerCall, request: AnnounceRequest): Promise<AnnounceResponse> {
  return callTracker(call, async (tracker, url, io, trace) => {
    trace?.announce(request)
    const response = responseOf(await tracker.announce(url, request, io), call.url)
    trace?.announced(response)
    return response
  })
}

/** @throws BtError TRACKER_*, also where the plugin does not scrape */
export function scrapeFrom(call: TrackerCall, infoHashes: readonly InfoHash[]): Promise<readonly ScrapeEntry[]> {
  return callTracker(call, async (tracker, url, io, trace) => {
    if (tracker.scrape === undefined) {
      throw new BtError('TRACKER_UNREACHABLE', `the plugin for ${url.protocol} trackers can not scrape ${call.url}`)
    }
    trace?.scrape(infoHashes)
    const entries = scrapeEntriesOf(await tracker.scrape(url, infoHashes, io), call.url)
    trace?.scraped(entries)
    return entries
  })
}

async function callTracker<T>(
  { registry, url: text, signal, onWarning, timeout = CALL_TIMEOUT, io: options }: TrackerCall,
  act: (tracker: Tracker, url: URL, io: Io, trace: CallTrace | undefined) => Promise<T>,
): Promise<T> {
  const limited = deadlineSignal(signal, timeout)
  const trace = traceCall(text)
  try {
    if (!URL.canParse(text)) {
      throw new BtError('TRACKER_UNREACHABLE', `the tracker "${text}" is no URL, so it is left out`, {
        details: { retryAfter: 'never' },
      })
    }
    const url = new URL(text)
    const tracker = registry.trackerFor(url)
    if (tracker === undefined) {
      throw new BtError('TRACKER_UNREACHABLE', `no plugin speaks ${url.protocol} trackers, so ${text} is left out`, {
        details: { retryAfter: 'never' },
      })
    }
    const io = createIo({ ...options, signal: limited.signal, warn: onWarning })
    const asked = act(tracker, url, trace?.io(io) ?? io, trace)
    return await unlessAborted(asked, limited.signal)
  } catch (error) {
    const known = asTrackerError(error, text, limited.expired ? timeout : undefined)
    trace?.failed(known)
    throw known
  } finally {
    limited.clear()
  }
}

/** Rejects when the signal aborts even where the work does not heed it: a plugin that hangs holds nobody up. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** @param expired milliseconds that the tracker had, where they are over. */
function asTrackerError(error: unknown, url: string, expired: number | undefined): BtError {
  if (error instanceof BtError) return error
  const name = error instanceof Error ? error.name : ''
  const late = expired !== undefined && (name === 'TimeoutError' || name === 'AbortError')
  const why = late ? `it did not answer within ${expired / 1000} s` : String(error)
  return new BtError('TRACKER_UNREACHABLE', `tracker ${url}: ${why}`, { cause: error })
}
