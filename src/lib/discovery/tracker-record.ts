// One tracker's part in the announcing: what it was told, what it answered, and when it may be asked again.

/** Milliseconds: below it a tracker's interval is not believed, and no early announce goes out. */
export const MIN_INTERVAL = 60_000
/** Milliseconds: a larger interval would lose the peer from most trackers, which forget after an hour or two. */
export const MAX_INTERVAL = 21_600_000
/** Milliseconds until a tracker is tried again after its first failure; doubles with each further one. */
export const BACK_OFF_BASE = 30_000
/** Milliseconds: the longest back-off before jitter; what libtorrent settled on. */
export const BACK_OFF_MAX = 3_600_000
/** Milliseconds: the longest `retry in` (BEP 31) that is believed, short of `never`. */
export const MAX_RETRY_AFTER = 86_400_000

/** What a tracker answered that matters to when it is asked again; intervals in seconds. */
export interface AnnounceAnswer {
  readonly interval: number
  readonly minInterval?: number | undefined
  readonly trackerId?: string | undefined
}

export interface AnnounceFailure {
  /** Seconds, or never in this session (BEP 31 `retry in`). */
  readonly retryAfter?: number | 'never' | undefined
  /** Kept for `states()`. */
  readonly message?: string | undefined
}

/**
 * `unused`: never asked; `announcing`: a job is under way; `working`: it answered last time; `failing`: it did not;
 * `disabled`: it asked never to be asked again.
 */
export type TrackerStatus = 'unused' | 'announcing' | 'working' | 'failing' | 'disabled'

export class TrackerRecord {
  readonly url: string
  /** It answered a `started` and no `stopped` since. */
  told = false
  busy = false
  /** The round in which it was last asked. */
  round = 0
  /** Milliseconds: not to be asked sooner, save for an event where it works. */
  notBefore = 0
  trackerId: string | undefined
  lastError: string | undefined
  #failures = 0
  #answered = false
  #disabled = false

  constructor(url: string) {
    this.url = url
  }

  get failing(): boolean {
    return this.#failures > 0
  }

  get disabled(): boolean {
    return this.#disabled
  }

  get status(): TrackerStatus {
    if (this.busy) return 'announcing'
    if (this.#disabled) return 'disabled'
    if (this.failing) return 'failing'
    return this.#answered ? 'working' : 'unused'
  }

  /** @returns milliseconds until the next regular announce. */
  answered(answer: AnnounceAnswer, now: number): number {
    this.#failures = 0
    this.#answered = true
    this.lastError = undefined
    // A tracker that leaves its id out in a later answer means the old one (BEP 3, by convention).
    this.trackerId = answer.trackerId ?? this.trackerId
    const minInterval = clampInterval(answer.minInterval ?? 0)
    this.notBefore = now + minInterval
    return Math.max(clampInterval(answer.interval), minInterval)
  }

  /** `random`: [0, 1). */
  failed(failure: AnnounceFailure, now: number, random: number): void {
    this.#failures++
    this.lastError = failure.message
    this.#disabled = failure.retryAfter === 'never'
    this.notBefore = now + this.#backOff(failure.retryAfter, random)
  }

  #backOff(retryAfter: number | 'never' | undefined, random: number): number {
    if (typeof retryAfter === 'number' && retryAfter > 0) {
      // Up to a tenth later, never sooner: clients turned away together must not come back together.
      return Math.min(retryAfter * 1000, MAX_RETRY_AFTER) * (1 + random / 10)
    }
    return Math.min(BACK_OFF_BASE * 2 ** (this.#failures - 1), BACK_OFF_MAX) * (0.75 + random / 2)
  }
}

/** Seconds as a tracker says them → milliseconds within sane limits; nonsense counts as the least. */
function clampInterval(seconds: number): number {
  return Math.min(Math.max(seconds * 1000 || 0, MIN_INTERVAL), MAX_INTERVAL)
}
