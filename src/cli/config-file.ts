// The configuration file: TOML, whose own keys are flags of any command and whose tables are commands. A key that means
// nothing is an error, never ignored: else a typing mistake would go unnoticed for years.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BtError, messageOf } from '../lib/base/errors.ts'
import { configFolder, type Environment } from './folders.ts'
import type { Setting } from './settings.ts'

type Value = Setting['value']
type Table = Readonly<Record<string, unknown>>
/** Of each command, its flags. */
type Vocabulary = ReadonlyMap<string, ReadonlySet<string>>

/** `BT_CONFIG`, or `config.toml` in the user's folder of settings. */
export function configPath(env: Environment): string {
  return env['BT_CONFIG'] || join(configFolder(env), 'config.toml')
}

export class ConfigFile {
  readonly #path: string
  readonly #table: Table

  /** @param table as TOML gives it, checked. */
  constructor(path: string, table: Table) {
    this.#path = path
    this.#table = table
  }

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

/**
 * Undefined where there is none. What is needed to read one is loaded only where there is.
 * @throws BtError USAGE where it can not be read, is no TOML, or has a key that means nothing
 */
export async function readConfig(env: Environment): Promise<ConfigFile | undefined> {
  const path = configPath(env)
  const text = readText(path, Boolean(env['BT_CONFIG']))
  if (text === undefined) return undefined
  const { parse, TomlError } = await import('smol-toml')
  let table: Table
  try {
    table = parse(text)
  } catch (error) {
    const [what] = messageOf(error).split('\n')
    const where = error instanceof TomlError ? `, line ${error.line}` : ''
    throw new BtError('USAGE', `${path}${where}: ${what ?? 'not TOML'}`, { cause: error })
  }
  await check(path, table, vocabulary())
  return new ConfigFile(path, table)
}

function readText(path: string, named: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (!named && isMissing(error)) return undefined
    throw new BtError('USAGE', `the configuration file can not be read: ${messageOf(error)}`, { cause: error })
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** The commands and flags that there are, from the list that is generated from them. */
function vocabulary(): Vocabulary {
  const text = readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8')
  const { commands } = JSON.parse(text) as { commands: Record<string, { flags: Record<string, unknown> }> }
  return new Map(Object.entries(commands).map(([name, { flags }]) => [name, new Set(Object.keys(flags))]))
}

async function check(path: string, table: Table, known: Vocabulary): Promise<void> {
  const all = new Set([...known.values()].flatMap(flags => [...flags]))
  for (const [key, value] of Object.entries(table)) {
    if (!isTable(value)) {
      if (!all.has(key)) throw await unknown(`${path}: no command has a flag "${key}"`, key, all)
      continue
    }
    const flags = known.get(key)
    if (flags === undefined) throw await unknown(`${path}: there is no command "${key}"`, key, known.keys())
    for (const flag of Object.keys(value)) {
      if (!flags.has(flag)) throw await unknown(`${path}: ${key} has no flag "${flag}"`, flag, flags)
    }
  }
}

async function unknown(message: string, word: string, names: Iterable<string>): Promise<BtError> {
  const { didYouMean } = await import('./suggest.ts')
  return new BtError('USAGE', message + didYouMean(word, [...names]))
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
