// The configuration file: TOML, whose own keys are flags of any command and whose tables are commands. A key that means
// nothing is an error, never ignored: else a typing mistake would go unnoticed for years.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BtError, messageOf } from '../lib/base/errors.ts'
import { ConfigFile, findStranger, parseTable, type Vocabulary } from './config-table.ts'
import { configFolder, type Environment } from './folders.ts'

/** `BT_CONFIG`, or `config.toml` in the user's folder of settings. */
export function configPath(env: Environment): string {
  return env['BT_CONFIG'] || join(configFolder(env), 'config.toml')
}

/**
 * Undefined where there is none. What is needed to read one is loaded only where there is.
 * @throws BtError USAGE where it can not be read, is no TOML, or has a key that means nothing
 */
export async function readConfig(env: Environment): Promise<ConfigFile | undefined> {
  const path = configPath(env)
  const text = readText(path, Boolean(env['BT_CONFIG']))
  if (text === undefined) return undefined
  const table = parseTable(path, text, await import('smol-toml'))
  const stranger = findStranger(table, vocabulary())
  if (stranger === undefined) return new ConfigFile(path, table)
  const { didYouMean } = await import('./suggest.ts')
  throw new BtError('USAGE', `${path}: ${stranger.what}${didYouMean(stranger.key, stranger.names)}`)
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
