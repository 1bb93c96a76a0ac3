// When a torrent has been seeded enough. The first goal that is reached ends its seeding, as in aria2, Transmission and
// qBittorrent; pure, so that what decides is tested without a swarm.
import { BtError } from '../base/errors.ts'

/** When a torrent has been seeded enough: at the first goal that is reached. */
export interface SeedGoals {
  /** Bytes given to peers for each byte of the content that is here; 1 gives back as much as was taken. Above 0. */
  readonly ratio?: number
  /** Seconds of seeding. */
  readonly seedTime?: number
  /** Seconds in which nothing was given to any peer. */
  readonly idleTime?: number
}

/** The goal that was reached. */
export type SeedGoal = keyof SeedGoals

/** Bytes. */
export interface Given {
  /** What went out to peers, in all runs. */
  readonly uploaded: number
  /** What of the content is here, so that a part of it that is served has a ratio of its own. */
  readonly size: number
}

/** @throws BtError USAGE for what can be no goal */
export function checkGoals(goals: SeedGoals): void {
  const { ratio } = goals
  if (ratio !== undefined && !(ratio > 0 && Number.isFinite(ratio))) {
    throw new BtError('USAGE', `${ratio} is no ratio to seed to; give a number above 0, or none for no limit`)
  }
  for (const key of ['seedTime', 'idleTime'] as const) {
    const seconds = goals[key]
    if (seconds !== undefined && !(seconds >= 0 && Number.isFinite(seconds))) {
      throw new BtError('USAGE', `${seconds} is no time to seed for; give seconds from 0 up, or none for no limit`)
    }
  }
}

/** Undefined where nothing is here that could be given. */
export function ratioOf({ uploaded, size }: Given): number | undefined {
  return size > 0 ? uploaded / size : undefined
}

/** One torrent's seeding, from its beginning. Times are milliseconds on one monotonic clock. */
export class SeedProgress {
  readonly #goals: SeedGoals
  readonly #since: number
  #uploaded: number
  #lastGiven: number

  /** @param uploaded bytes given in all runs until now. */
  constructor(goals: SeedGoals, uploaded: number, now: number) {
    this.#goals = goals
    this.#since = now
    this.#uploaded = uploaded
    this.#lastGiven = now
  }

  /** The goal that is reached. Where there is nothing to give, any ratio is. */
  look({ uploaded, size }: Given, now: number): SeedGoal | undefined {
    const { ratio = Infinity, seedTime = Infinity, idleTime = Infinity } = this.#goals
    if (uploaded !== this.#uploaded) {
      this.#uploaded = uploaded
      this.#lastGiven = now
    }
    if (ratio !== Infinity && uploaded >= ratio * size) return 'ratio'
    if (now - this.#since >= seedTime * 1000) return 'seedTime'
    return now - this.#lastGiven >= idleTime * 1000 ? 'idleTime' : undefined
  }
}
