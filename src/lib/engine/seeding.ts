// The loop around the goals of one torrent's seeding: looks at them a few times a second, and says when one is reached.
// Whoever waits for `ended` hears of it once the torrent has stopped.
import { BtError } from '../base/errors.ts'
import { sizeHere } from './progress.ts'
import { checkGoals, SeedProgress, type Given, type SeedGoal, type SeedGoals } from './seed-goals.ts'
import { settleable, type Settle } from './settleable.ts'
import type { Run } from './storage.ts'
import type { TorrentRunner } from './torrent-runner.ts'

/** Milliseconds between looks; what goes out meanwhile goes beyond the ratio. */
const LOOK_INTERVAL = 200

export interface SeedingOptions {
  /** Undefined: it goes on until somebody stops it. */
  readonly goals: SeedGoals | undefined
  readonly runner: TorrentRunner
  /** Bytes given to peers in earlier runs. */
  readonly uploadedBefore: () => number
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Time in which it is paused does not count. */
  readonly paused: () => boolean
  readonly onReached: (goal: SeedGoal) => void
}

export class Seeding {
  readonly ended: Promise<SeedGoal>
  readonly #options: SeedingOptions
  readonly #settle: Settle<SeedGoal>
  #timer: NodeJS.Timeout | undefined
  #reached: SeedGoal | undefined

  /** @throws BtError USAGE for what can be no goal */
  constructor(options: SeedingOptions) {
    checkGoals(options.goals ?? {})
    this.#options = options
    ;[this.ended, this.#settle] = settleable<SeedGoal>()
  }

  /** Whether it is to be seeded further. */
  get state(): Run['seeding'] {
    return this.#options.goals !== undefined && this.#reached === undefined ? 'owed' : 'over'
  }

  /** All that is wanted is here. */
  begin(): void {
    const { goals, now, paused, onReached } = this.#options
    if (goals === undefined) return
    let last = now()
    let active = 0
    const progress = new SeedProgress(goals, this.#given().uploaded, active)
    this.#timer = setInterval(() => {
      const time = now()
      if (!paused()) active += time - last
      last = time
      this.#reached = progress.look(this.#given(), active)
      if (this.#reached === undefined) return
      this.stop()
      onReached(this.#reached)
    }, LOOK_INTERVAL)
  }

  /** Looks no more. */
  stop(): void {
    clearInterval(this.#timer)
  }

  /** The torrent has stopped, or failed if there is an error. */
  end(error: BtError | undefined): void {
    this.stop()
    if (this.#reached !== undefined && error === undefined) return this.#settle.resolve(this.#reached)
    this.#settle.reject(error ?? new BtError('INTERRUPTED', 'the torrent was stopped before it was seeded enough'))
  }

  /** Only what the system has taken counts: who leaves right after the last block would keep it to itself. */
  #given(): Given {
    const { runner, uploadedBefore } = this.#options
    const uploaded = Math.max(0, runner.torrent.stats.upload.total - runner.unsent)
    return { uploaded: uploadedBefore() + uploaded, size: sizeHere(runner.torrent) }
  }
}
