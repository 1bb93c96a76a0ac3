// Follows a session to its end, or to whatever comes first: an interruption, or no progress for too long.
import { BtError } from '../lib/base/errors.ts'
import type { TorrentSession } from '../lib/engine/torrent-session.ts'
import type { Watch } from '../lib/ui/watch.ts'

export interface FollowOptions {
  readonly signal: AbortSignal
  /** Seconds without a byte or a piece; 0: wait for ever. */
  readonly stallTimeout: number
}

/** @throws BtError INTERRUPTED, STALLED, or whatever ended the session. */
export async function follow(session: TorrentSession, watch: Watch, options: FollowOptions): Promise<void> {
  const { signal, stallTimeout } = options
  signal.throwIfAborted()
  const guard = new StallGuard(session, stallTimeout)
  const stop = (): void => {
    void session.stop()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    await watch.follow(session)
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

  constructor(session: TorrentSession, timeout: number) {
    if (timeout === 0) return
    let seen = ''
    let since = performance.now()
    this.#timer = setInterval(() => {
      const { stage, bytesDone, downloaded } = session.progress()
      const now = `${stage} ${bytesDone} ${downloaded}`
      if (now !== seen || stage === 'checking') {
        seen = now
        since = performance.now()
      } else if (performance.now() - since >= timeout * 1000) {
        this.error = new BtError(
          'STALLED',
          `no progress for ${timeout} s; the state is saved and the same command goes on from here`,
        )
        void session.stop()
      }
    }, STALL_LOOK)
  }

  end(): void {
    clearInterval(this.#timer)
  }
}

/** Milliseconds between looks; the time-out is in whole seconds. */
const STALL_LOOK = 250
