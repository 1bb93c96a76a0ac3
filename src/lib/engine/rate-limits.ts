// How fast bytes may move, of one torrent or of all of an engine. The bytes of blocks count, as in the rates that are
// shown; requests and other messages, about a thousandth more, do not and never wait.
import { BtError } from '../base/errors.ts'
import { RateLimit, type TransferLimits } from '../swarm/rate-limit.ts'

/** Bytes a second; 0: no limit. Absent: none at first, and later what it was. */
export interface RateLimits {
  readonly maxDown?: number
  readonly maxUp?: number
}

export class LimitPair {
  down: RateLimit | undefined
  up: RateLimit | undefined

  /** @throws BtError USAGE for what is no rate; then nothing has changed. */
  set({ maxDown, maxUp }: RateLimits, now: number): void {
    const down = renewed(this.down, maxDown, now)
    const up = renewed(this.up, maxUp, now)
    this.down = down
    this.up = up
  }
}

/** What a torrent keeps to: its own limits inside those of its engine. */
export function combine(...pairs: readonly LimitPair[]): TransferLimits {
  const present = (limit: RateLimit | undefined): RateLimit[] => (limit === undefined ? [] : [limit])
  return { down: pairs.flatMap(({ down }) => present(down)), up: pairs.flatMap(({ up }) => present(up)) }
}

function renewed(old: RateLimit | undefined, rate: number | undefined, now: number): RateLimit | undefined {
  if (rate === undefined || rate === old?.rate) return old
  if (!Number.isFinite(rate) || rate < 0) {
    throw new BtError('USAGE', `${rate} is no rate limit; give bytes a second, or 0 for none`)
  }
  return rate === 0 ? undefined : new RateLimit(rate, now)
}
