// What stands in a configuration file, apart from where that is: its own keys are flags of any command, its tables are
// commands, and nothing else may be in it.
import type * as SmolToml from 'smol-toml'
import { BtError, messageOf } from '../lib/base/errors.ts'
import type { Setting } from './settings.ts'

type Value = Setting['value']
export type Table = Readonly<Record<string, unknown>>
/** Of each command, its flags. */
export type Vocabulary = ReadonlyMap<string, ReadonlySet<string>>
export type Toml = Pick<typeof SmolToml, 'parse' | 'TomlError'>

export class ConfigFile {
  readonly #path: string
  readonly #table: Table

  /** @param table in which there are no strangers. */
  constructor(path: string, table: Table) {
    this.#path = path
    this.#table = table
  }

  /** @throws BtError USAGE for a value that can not be typed. */
  find(command: string, flag: string): Setting | undefined {
    const own = this.#table[command]
    for (const [table, prefix] of [[isTable(own) ? own : {}, `${command}.`] as const, [this.#table, ''] as const]) {
      const value = table[flag]
      const source = `${this.#path}: ${prefix}${flag}`
      if (value !== undefined) return { source, value: asWords(value, source) }
    }
    return undefined
  }
}

/** @throws BtError USAGE, with the line, for what is no TOML. */
export function parseTable(path: string, text: string, { parse, TomlError }: Toml): Table {
  try {
    return parse(text)
  } catch (error) {
    const [what] = messageOf(error).split('\n')
    const where = error instanceof TomlError ? `, line ${error.line}` : ''
    throw new BtError('USAGE', `${path}${where}: ${what ?? 'not TOML'}`, { cause: error })
  }
}

/** A key that means nothing, and the names of which one may have been meant. */
export interface Stranger {
  readonly what: string
  readonly key: string
  readonly names: readonly string[]
}

export function findStranger(table: Table, known: Vocabulary): Stranger | undefined {
  const all = new Set([...known.values()].flatMap(flags => [...flags]))
  for (const [key, value] of Object.entries(table)) {
    if (!isTable(value)) {
      if (!all.has(key)) return { what: `no command has a flag "${key}"`, key, names: [...all] }
      continue
    }
    const flags = known.get(key)
    if (flags === undefined) return { what: `there is no command "${key}"`, key, names: [...known.keys()] }
    const flag = Object.keys(value).find(name => !flags.has(name))
    if (flag !== undefined) return { what: `${key} has no flag "${flag}"`, key: flag, names: [...flags] }
  }
  return undefined
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** As it would be typed. @throws BtError USAGE for what can not be: a date, or a list in a list. */
function asWords(value: unknown, source: string): Value {
  if (typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) {
    const words = value.map((each: unknown) => asWords(each, source))
    if (words.every(word => typeof word === 'string')) return words
  }
  throw new BtError('USAGE', `${source}: a value is a text, a number, true, false, or a list of texts`)
}
