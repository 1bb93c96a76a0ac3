// What the user's environment and configuration file say of flags that are not on the command line. The order is: command
// line, BT_<COMMAND>_<FLAG>, BT_<FLAG>, the command's table in the file, the file's own keys, the default. shared-flags.ts
// says of which flags BT_<FLAG> and the file's own keys say nothing.
import { BtError } from '../lib/base/errors.ts'
import { readConfig } from './config-file.ts'
import type { ConfigFile } from './config-table.ts'
import type { Environment } from './folders.ts'
import { isShared } from './shared-flags.ts'

/** What a flag is set to, as it would be typed; a flag that takes no value has a boolean. */
export interface Setting {
  /** What to name where it is wrong: a variable, or a file and a key. */
  readonly source: string
  readonly value: boolean | string | readonly string[]
}

export class Settings {
  readonly #env: Environment
  readonly #file: ConfigFile | undefined

  constructor(env: Environment, file?: ConfigFile) {
    this.#env = env
    this.#file = file
  }

  /** @param flag without dashes. */
  find(command: string, flag: string): Setting | undefined {
    for (const variable of variablesOf(command, flag)) {
      const value = this.#env[variable]
      // A variable that is set to nothing is taken for one that is not set, as is the custom.
      if (value !== undefined && value !== '') return { source: variable, value }
    }
    return this.#file?.ofCommand(command, flag) ?? (isShared(command, flag) ? this.#file?.ofAll(flag) : undefined)
  }
}

/**
 * Reads the configuration file, if there is one.
 * @throws BtError USAGE where it can not be read, is no TOML, or has a key that means nothing
 */
export async function loadSettings(env: Environment = process.env): Promise<Settings> {
  return new Settings(env, await readConfig(env))
}

/** What --on-done hands to a command: they say what was downloaded, and set no flag of a `bt` that runs there. */
export const ON_DONE_VARIABLES = ['BT_NAME', 'BT_PATH', 'BT_INFO_HASH', 'BT_LENGTH', 'BT_FILES'] as const

/** The environment variables that give a flag its default; the first that is set counts. */
export function variablesOf(command: string, flag: string): readonly string[] {
  const general = variable(flag)
  const handed = ON_DONE_VARIABLES.some(name => name === general)
  const own = variable(command, flag)
  return handed || !isShared(command, flag) ? [own] : [own, general]
}

const variable = (...words: string[]): string => ['bt', ...words].join('_').toUpperCase().replaceAll('-', '_')

/** @throws BtError USAGE for what is neither yes nor no. */
export function asBoolean({ source, value }: Setting): boolean {
  if (typeof value === 'boolean') return value
  const word = String(value).toLowerCase()
  if (['1', 'true', 'yes', 'on'].includes(word)) return true
  if (['0', 'false', 'no', 'off'].includes(word)) return false
  throw new BtError('USAGE', `${source}: "${String(value)}" is neither true nor false`)
}
