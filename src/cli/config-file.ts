// The configuration file: TOML, whose own keys are flags of any command and whose tables are commands. A key that means
// nothing is an error, never ignored: else a typing mistake would go unnoticed for years.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BtError } from '../lib/base/errors.ts'
import { ConfigFile, findStranger, parseTable, type Vocabulary } from './config-table.ts'
import { configFolder, type Environment } from './folders.ts'
import { PACKAGE_ROOT } from './package-root.ts'

/** There are not words enough for more; and whoever names a device by mistake is not to wait for ever. */
const MAX_CONFIG_BYTES = 1_000_000

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
  if (!env['BT_CONFIG'] && isMissing(path)) return undefined
  const table = parseTable(path, await readText(path), await import('smol-toml'))
  const stranger = findStranger(table, vocabulary())
  if (stranger === undefined) return new ConfigFile(path, table)
  const { didYouMean } = await import('./suggest.ts')
  throw new BtError('USAGE', `${path}: ${stranger.what}${didYouMean(stranger.key, stranger.names)}`)
}

/** What can not be looked at fails when it is read. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined
  } catch (error) {
    // A home that is no folder (/dev/null, of many a service) holds none.
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR'
  }
}

/** @throws BtError USAGE */
async function readText(path: string): Promise<string> {
  const [{ readBounded }, { diskError }] = await Promise.all([
    import('../lib/engine/read-bounded.ts'),
    import('../lib/storage/disk-error.ts'),
  ])
  try {
    const bytes = await readBounded(path, MAX_CONFIG_BYTES)
    if (bytes !== undefined) return new TextDecoder().decode(bytes)
  } catch (error) {
    const { message } = diskError(error, path, 'read')
    throw new BtError('USAGE', `the configuration file can not be read: ${message}`, { cause: error })
  }
  throw new BtError('USAGE', `${path} has more than the ${MAX_CONFIG_BYTES} bytes of a configuration file`)
}

/** The commands and flags that there are, from the list that is generated from them. */
function vocabulary(): Vocabulary {
  const text = readFileSync(new URL('oclif.manifest.json', PACKAGE_ROOT), 'utf8')
  const { commands } = JSON.parse(text) as { commands: Record<string, { flags: Record<string, unknown> }> }
  return new Map(Object.entries(commands).map(([name, { flags }]) => [name, new Set(Object.keys(flags))]))
}
