// Waits for a session as long as it makes sense: an interruption, or no progress for too long, stops it.
import { BtError } from '../lib/base/errors.ts'
import type { Progress } from '../lib/engine/progress.ts'
import type { TorrentSession } from '../lib/engine/torrent-session.ts'

export interface FollowOptions {
  readonly signal: AbortSignal
  /** Seconds without a byte or a piece; 0: wait for ever. */
  readonly stallTimeout: number
  /** Whether somebody else has to do something first, which is no stall. */
  readonly paused?: () => boolean
}

/**
 * @param awaited what the caller waits for of the session, such as `session.done`, shown or not.
 * @throws BtError INTERRUPTED, STALLED, DISK_FULL where that is what it waited for, or whatever ended the session.
 */
export async function follow<T>(
  session: TorrentSession,
  awaited: () => Promise<T>,
  options: FollowOptions,
): Promise<T> {
  const { signal } = options
  signal.throwIfAborted()
  const guard = new StallGuard(session, options)
  const stop = (): void => {
    // What goes wrong with saving, whoever closes the engine hears of.
    session.stop().catch(() => undefined)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await awaited()
  } catch (error) {
    throw guard.error ?? error
  } finally {
    guard.end()
    signal.removeEventListener('abort', stop)
  }
}

/** Stops a session that makes no progress: bytes checked, received or stored all count. */
class StallGuard {
  error: BtError | undefined
  readonly #timer: NodeJS.Timeout | undefined

  constructor(session: TorrentSession, { stallTimeout: timeout, paused = () => false }: FollowOptions) {
    if (timeout === 0) return
    let seen = ''
    let still = 0
    let looked = performance.now()
    this.#timer = setInterval(() => {
      const { stage, bytesDone, downloaded } = session.progress()
      const state = `${stage} ${bytesDone} ${downloaded}`
      const now = performance.now()
      still = state !== seen || stage === 'checking' || paused() ? 0 : still + Math.min(now - looked, LONGEST_LOOK)
      seen = state
      looked = now
      if (still >= timeout * 1000) {
        this.error = session.obstacle ?? standstill(session.progress(), timeout)
        session.stop().catch(() => undefined)
      }
    }, STALL_LOOK)
  }

  end(): void {
    clearInterval(this.#timer)
  }
}

/** Why nothing moved for so long. */
function standstill({ stage, peers, useful }: Progress, timeout: number): BtError {
  if (stage === 'downloading' && peers > 0 && useful === 0) {
    return new BtError('NO_PEERS', `none of the connected peers (${peers}) has what is missing, for ${timeout} s`)
  }
  const rest = stage === 'metadata' ? 'no peer gave the metadata' : 'the same command goes on from here'
  return new BtError('STALLED', `no progress for ${timeout} s; ${rest}`)
}

/** Milliseconds between looks; the time-out is in whole seconds. */
const STALL_LOOK = 250
/** Milliseconds that one counts for at most: where it took longer, the process was suspended (Ctrl-Z, a lid that was closed). */
const LONGEST_LOOK = 1_000
