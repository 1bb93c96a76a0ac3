// --max-down and --max-up: how fast bytes may move.
import { Flags } from './options.ts'
import { BtError } from '../lib/base/errors.ts'
import type { RateLimits } from '../lib/engine/rate-limits.ts'

/** A bare letter is binary, as for --piece-length. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kib: 1024,
  kb: 1000,
  m: 1024 ** 2,
  mib: 1024 ** 2,
  mb: 1000 ** 2,
  g: 1024 ** 3,
  gib: 1024 ** 3,
  gb: 1000 ** 3,
}
const MAX_RATE = 1e12

const rate = {
  helpValue: 'RATE',
  parse: (text: string) => Promise.resolve(parseRate(text)),
}

export const maxDownFlag = Flags.custom<number>({
  ...rate,
  description: 'download at most this many bytes of content a second, such as 500KiB or 2MB; 0, the default: no limit',
})

export const maxUpFlag = Flags.custom<number>({
  ...rate,
  description: 'upload at most this many bytes of content a second, such as 500KiB or 2MB; 0, the default: no limit',
})

export interface RateFlags {
  readonly 'max-down'?: number | undefined
  readonly 'max-up'?: number | undefined
}

/** What of these flags the engine is told. */
export function rateLimits(flags: RateFlags): RateLimits {
  const { 'max-down': maxDown, 'max-up': maxUp } = flags
  return { ...(maxDown !== undefined && { maxDown }), ...(maxUp !== undefined && { maxUp }) }
}

/** @returns bytes a second; 0: no limit. @throws BtError USAGE */
export function parseRate(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)(?:\/s)?$/i.exec(text.trim()) ?? []
  const factor = UNITS[unit.toLowerCase()]
  if (digits === undefined || factor === undefined) {
    throw new BtError('USAGE', `"${text}" is not a rate; write bytes a second such as 500KiB, 1.5MiB or 2MB`)
  }
  const rate = Number(digits) * factor
  if (rate > MAX_RATE) throw new BtError('USAGE', `a limit of "${text}" is none; leave it out, or write 0`)
  // What is above 0 is a limit, however small: only 0 itself is none.
  return rate === 0 ? 0 : Math.max(1, Math.round(rate))
}
