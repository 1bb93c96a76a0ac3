// What stands in a configuration file, apart from where that is: its own keys are flags of any command, its tables are
// commands, and nothing else may be in it; nor may a key of its own that no command heeds (shared-flags.ts).
import type * as SmolToml from 'smol-toml'
import { BtError, messageOf } from '../lib/base/errors.ts'
import type { Setting } from './settings.ts'
import { isShared } from './shared-flags.ts'

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

  /** What the command's table says. @throws BtError USAGE for a value that can not be typed */
  ofCommand(command: string, flag: string): Setting | undefined {
    const own = this.#table[command]
    return isTable(own) ? this.#setting(own[flag], `${command}.${flag}`) : undefined
  }

  /** What the file itself says. @throws BtError USAGE for a value that can not be typed */
  ofAll(flag: string): Setting | undefined {
    return this.#setting(this.#table[flag], flag)
  }

  #setting(value: unknown, key: string): Setting | undefined {
    const source = `${this.#path}: ${key}`
    return value === undefined ? undefined : { source, value: asWords(value, source) }
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
  for (const [key, value] of Object.entries(table)) {
    if (!isTable(value)) {
      const stranger = strangerOfAll(key, known)
      if (stranger !== undefined) return stranger
      continue
    }
    const flags = known.get(key)
    if (flags === undefined) return { what: `there is no command "${key}"`, key, names: [...known.keys()] }
    const flag = Object.keys(value).find(name => !flags.has(name))
    if (flag !== undefined) return { what: `${key} has no flag "${flag}"`, key: flag, names: [...flags] }
  }
  return undefined
}

function strangerOfAll(key: string, known: Vocabulary): Stranger | undefined {
  const owners = [...known].filter(([, flags]) => flags.has(key)).map(([command]) => command)
  if (owners.some(command => isShared(command, key))) return undefined
  if (owners.length > 0) {
    const tables = owners.map(command => `[${command}]`).join(' or ')
    return { what: `"${key}" says what is written, and so stands below ${tables} only`, key, names: [] }
  }
  const all = new Set([...known].flatMap(([command, flags]) => [...flags].filter(flag => isShared(command, flag))))
  return { what: `no command has a flag "${key}"`, key, names: [...all] }
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
