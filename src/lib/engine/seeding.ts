// The loop around the goals of one torrent's seeding: looks at them a few times a second, and tells once that one is reached.
import { SeedProgress, type Given, type SeedGoal, type SeedGoals } from './seed-goals.ts'

/** Milliseconds between looks; what goes out meanwhile goes beyond the ratio. */
const LOOK_INTERVAL = 200

export interface SeedingOptions {
  readonly goals: SeedGoals
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly given: () => Given
  readonly onReached: (goal: SeedGoal) => void
}

export class Seeding {
  readonly #timer: NodeJS.Timeout

  constructor({ goals, now, given, onReached }: SeedingOptions) {
    const progress = new SeedProgress(goals, given().uploaded, now())
    this.#timer = setInterval(() => {
      const goal = progress.look(given(), now())
      if (goal === undefined) return
      this.stop()
      onReached(goal)
    }, LOOK_INTERVAL)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
