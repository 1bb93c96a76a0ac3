// --ratio, --seed-time and --idle-time: how long something is seeded.
import { Flags } from './options.ts'
import { BtError } from '../lib/base/errors.ts'
import type { SeedGoals } from '../lib/engine/seed-goals.ts'

/** Seconds. */
const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, min: 60, h: 3600, d: 86_400, w: 604_800 }

const time = { helpValue: 'TIME', parse: (text: string) => Promise.resolve(parseDuration(text)) }

export const seedUntilFlags = {
  ratio: Flags.custom<number>({
    description: 'seed until so many bytes were uploaded for each byte of the content, such as 1 or 2.5',
    helpValue: 'RATIO',
    parse: text => Promise.resolve(parseRatio(text)),
  })(),
  'seed-time': Flags.custom<number>({ ...time, description: 'seed for so long, such as 90s, 30m, 1h30m or 2d' })(),
  'idle-time': Flags.custom<number>({
    ...time,
    description:
      'seed until nothing was uploaded for so long; of several such limits, the first that is reached counts',
  })(),
}

export interface SeedUntilFlags {
  readonly ratio?: number | undefined
  readonly 'seed-time'?: number | undefined
  readonly 'idle-time'?: number | undefined
}

/** Undefined: no limit. */
export function seedGoals(flags: SeedUntilFlags): SeedGoals | undefined {
  const { ratio, 'seed-time': seedTime, 'idle-time': idleTime } = flags
  const goals = {
    ...(ratio !== undefined && { ratio }),
    ...(seedTime !== undefined && { seedTime }),
    ...(idleTime !== undefined && { idleTime }),
  }
  return Object.keys(goals).length === 0 ? undefined : goals
}

/** @returns seconds. @throws BtError USAGE */
export function parseDuration(text: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/giy)]
  const units = parts.map(([, , unit = '']) => UNITS[unit.toLowerCase()])
  const whole = parts.map(([part]) => part).join('') === text.trim()
  // A bare number says seconds, so it can stand alone only.
  const bare = parts.some(([, , unit]) => unit === '') && parts.length > 1
  if (parts.length === 0 || !whole || bare || units.includes(undefined)) {
    throw new BtError('USAGE', `"${text}" is not a time; write seconds, or such as 90s, 30m, 1h30m or 2d`)
  }
  return parts.reduce((sum, [, digits], index) => sum + Number(digits) * (units[index] ?? 0), 0)
}

/** @throws BtError USAGE */
export function parseRatio(text: string): number {
  const ratio = /^\d+(?:\.\d+)?$/.test(text.trim()) ? Number(text) : 0
  // For some clients 0 means for ever, for others not at all.
  if (ratio > 0) return ratio
  throw new BtError(
    'USAGE',
    `"${text}" is not a ratio to seed to; write a number above 0, or leave it out for no limit`,
  )
}
