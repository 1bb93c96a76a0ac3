// A command's flags with the defaults that its user has set: both who read command lines, oclif and words.ts, are given
// these, so that neither needs to know where a default came from.
import type { Interfaces } from '@oclif/core'
import { BtError } from '../lib/base/errors.ts'
import { messageLine } from './report.ts'
import { asBoolean, type Setting, type Settings } from './settings.ts'

type FlagInput = Interfaces.FlagInput
type Flag = FlagInput[string]

interface ValueFlag {
  readonly options?: readonly string[]
  parse(word: string, context: unknown, flag: unknown): Promise<unknown>
}

/**
 * The same flags, with other defaults. What is on by default can be turned off: every flag that takes no value has a
 * `--no-` form.
 * @throws BtError USAGE for a setting that the flag does not take, whether or not it is on the command line
 */
export async function withDefaults(command: string, flags: FlagInput, settings: Settings): Promise<FlagInput> {
  const own = Object.entries(flags).map(async ([name, flag]) => {
    const setting = settings.find(command, name)
    const open = flag.type === 'boolean' ? { ...flag, allowNo: true } : flag
    if (setting === undefined) return [name, open] as const
    return [name, { ...open, required: false, default: await valueOf(flag, setting) }] as const
  })
  return Object.fromEntries(await Promise.all(own)) as FlagInput
}

async function valueOf(flag: Flag, setting: Setting): Promise<unknown> {
  if (flag.type === 'boolean') return asBoolean(setting)
  const words = wordsOf(setting, flag.multiple === true)
  try {
    const values = await Promise.all(words.map(word => parse(flag, word)))
    return flag.multiple === true ? values : values[0]
  } catch (error) {
    throw new BtError('USAGE', `${setting.source}: ${messageLine(error)}`, { cause: error })
  }
}

async function parse(flag: Flag, word: string): Promise<unknown> {
  const definition = flag as ValueFlag
  const { options } = definition
  if (options !== undefined && !options.includes(word)) {
    throw new BtError('USAGE', `"${word}" is none of: ${options.join(', ')}`)
  }
  return definition.parse(word, {}, flag)
}

/** Of a flag that may be repeated, a text has several words; no list of trackers, peers or patterns needs blanks inside. */
function wordsOf({ source, value }: Setting, multiple: boolean): readonly string[] {
  if (typeof value === 'boolean') throw new BtError('USAGE', `${source}: the flag takes a value, not ${value}`)
  if (multiple) return typeof value === 'string' ? value.trim().split(/\s+/) : value
  if (typeof value === 'string') return [value]
  throw new BtError('USAGE', `${source}: the flag takes one value, not a list`)
}
