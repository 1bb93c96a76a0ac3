// Which tracker of a torrent is told what, and when (BEP 3, 12, 31); sans-io. While the torrent runs, at most one announce
// is under way; a tracker hears `started` before anything else, and `stopped` only if it answered a `started`.
import { Tiers } from './tiers.ts'
import type { AnnounceAnswer, AnnounceFailure, TrackerRecord, TrackerStatus } from './tracker-record.ts'

export type { AnnounceAnswer, AnnounceFailure, TrackerStatus }

export interface AnnounceJob {
  readonly id: number
  readonly url: string
  readonly event?: 'started' | 'completed' | 'stopped'
}

export interface TrackerState {
  readonly url: string
  readonly tier: number
  readonly status: TrackerStatus
  readonly lastError?: string
}

interface UnderWay {
  readonly tracker: TrackerRecord
  readonly event: AnnounceJob['event']
}

/**
 * The trackers of one torrent. Inputs are `start`, `complete`, `needPeers`, `stop` and the outcome of each job; `poll` gives
 * the next job once `deadline` has passed. Times are milliseconds on one monotonic clock.
 *
 * A round tries the trackers in order until one answers; the next round is due when that one's interval has passed. One
 * that failed backs off and is passed over meanwhile.
 */
export class Announcer {
  readonly #tiers: Tiers
  readonly #random: () => number
  #phase: 'new' | 'running' | 'stopping' = 'new'
  #round = 1
  /** When the next round is due; it stays in the past until a tracker has answered. */
  #nextRound = Infinity
  #peersWantedAt = Infinity
  #completed: 'no' | 'pending' | 'done' = 'no'
  /** The tracker that answered last. */
  #current: TrackerRecord | undefined
  readonly #underWay = new Map<number, UnderWay>()
  #lastJobId = 0

  /** `random`: a number in [0, 1), for the order within a tier and the jitter of the back-off. */
  constructor(options: { readonly tiers: readonly (readonly string[])[]; readonly random: () => number }) {
    this.#tiers = new Tiers(options.tiers, options.random)
    this.#random = options.random
  }

  /** Begins (again) to announce. Answers to jobs from before are ignored. */
  start(now: number): void {
    if (this.#phase === 'running') return
    this.#underWay.clear()
    for (const tracker of this.#tiers.inOrder()) {
      tracker.told = false
      tracker.busy = false
    }
    this.#phase = 'running'
    this.#nextRound = now
    this.#peersWantedAt = Infinity
    if (this.#completed === 'pending') this.#completed = 'done'
  }

  /** The torrent is complete. Told to a tracker once, and never where it was so before `start` (BEP 3). */
  complete(_now: number): void {
    if (this.#completed === 'no') this.#completed = this.#phase === 'running' ? 'pending' : 'done'
  }

  /** Peers ran out: announces as soon as the tracker in use allows it. */
  needPeers(now: number): void {
    if (this.#phase === 'running') this.#peersWantedAt = Math.min(this.#peersWantedAt, now)
  }

  /** Ends the announcing: `poll` now gives the `stopped` jobs, all at once, until `idle`. */
  stop(_now: number): void {
    if (this.#phase === 'running') this.#phase = 'stopping'
  }

  /** The next announce to make; each must be ended with `succeeded` or `failed`. */
  poll(now: number): AnnounceJob | undefined {
    if (this.#phase === 'stopping') return this.#pollStopping()
    if (now < this.deadline) return undefined
    const tracker = this.#nextTracker(now)
    if (tracker === undefined) return undefined
    tracker.round = this.#round
    this.#nextRound = Math.min(this.#nextRound, now)
    this.#peersWantedAt = Infinity
    if (!tracker.told) return this.#begin(tracker, 'started')
    return this.#begin(tracker, this.#completed === 'pending' ? 'completed' : undefined)
  }

  succeeded(job: AnnounceJob, answer: AnnounceAnswer, now: number): void {
    const ended = this.#end(job)
    if (ended === undefined) return
    const { tracker, event } = ended
    tracker.told = event !== 'stopped'
    if (event === 'completed') this.#completed = 'done'
    const interval = tracker.answered(answer, now)
    if (event === 'stopped') return
    this.#tiers.promote(tracker)
    this.#current = tracker
    this.#nextRound = now + interval
    this.#round++
  }

  failed(job: AnnounceJob, failure: AnnounceFailure, now: number): void {
    const ended = this.#end(job)
    if (ended === undefined) return
    const { tracker, event } = ended
    tracker.failed(failure, now, this.#random())
    if (event === 'stopped') tracker.told = false
    if (event === 'completed' && this.#phase === 'stopping') this.#completed = 'done'
  }

  /** When `poll` has something: milliseconds, 0 for at once, Infinity while it waits for an outcome. */
  get deadline(): number {
    if (this.#phase === 'stopping') return this.#stoppable() === undefined ? Infinity : 0
    if (this.#phase === 'new' || this.#underWay.size > 0) return Infinity
    let earliest = Infinity
    for (const tracker of this.#tiers.inOrder()) earliest = Math.min(earliest, this.#gate(tracker))
    return Math.max(earliest, this.#roundDue())
  }

  /** Nothing is under way and nothing is left to say. */
  get idle(): boolean {
    return this.#phase !== 'running' && this.#underWay.size === 0 && this.#stoppable() === undefined
  }

  /** What the tracker called itself (`tracker id`, which trackers send though BEP 3 has it not), to be sent back to it. */
  trackerId(url: string): string | undefined {
    for (const tracker of this.#tiers.inOrder()) if (tracker.url === url) return tracker.trackerId
    return undefined
  }

  /** All trackers in the order in which they are tried. */
  states(): readonly TrackerState[] {
    return Array.from(this.#tiers.entries(), ([tier, { url, status, lastError }]) => ({
      url,
      tier,
      status,
      ...(lastError === undefined ? {} : { lastError }),
    }))
  }

  #roundDue(): number {
    if (this.#completed === 'pending') return 0
    return Math.min(this.#nextRound, Math.max(this.#peersWantedAt, this.#current?.notBefore ?? 0))
  }

  /** When this tracker may be asked. An event does not wait for the interval of one that works (BEP 3). */
  #gate(tracker: TrackerRecord): number {
    if (tracker.disabled) return Infinity
    const event = !tracker.told || this.#completed === 'pending'
    return event && !tracker.failing ? 0 : tracker.notBefore
  }

  /** The next one in order that this round has not tried, else a new round's first. */
  #nextTracker(now: number): TrackerRecord | undefined {
    const open = [...this.#tiers.inOrder()].filter(tracker => this.#gate(tracker) <= now)
    const untried = open.find(tracker => tracker.round !== this.#round)
    if (untried === undefined) this.#round++
    return untried ?? open[0]
  }

  #pollStopping(): AnnounceJob | undefined {
    const tracker = this.#stoppable()
    if (tracker === undefined) return undefined
    // Whoever stops right after the last piece still counts as a completed download.
    const owesCompleted = this.#completed === 'pending' && tracker === this.#current
    return this.#begin(tracker, owesCompleted ? 'completed' : 'stopped')
  }

  /** One that must hear `stopped` and is not being asked: its announces must not overtake one another. */
  #stoppable(): TrackerRecord | undefined {
    if (this.#phase !== 'stopping') return undefined
    for (const tracker of this.#tiers.inOrder()) {
      if (tracker.told && !tracker.busy && !tracker.disabled) return tracker
    }
    return undefined
  }

  #begin(tracker: TrackerRecord, event: AnnounceJob['event']): AnnounceJob {
    const id = ++this.#lastJobId
    tracker.busy = true
    this.#underWay.set(id, { tracker, event })
    return { id, url: tracker.url, ...(event === undefined ? {} : { event }) }
  }

  /** Undefined for a job that was ended before or belongs to an earlier start. */
  #end(job: AnnounceJob): UnderWay | undefined {
    const ended = this.#underWay.get(job.id)
    this.#underWay.delete(job.id)
    if (ended !== undefined) ended.tracker.busy = false
    return ended
  }
}
