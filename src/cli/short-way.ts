// The short way to a command: without oclif, whose loading takes longer than most commands run. It is taken only where oclif
// could make no difference: the command is ours (oclif lets no plugin replace one), the user has installed or linked no
// plugin (so there are no hooks and no offers but the bundled plugins'), the words can be read in one way only, and nobody
// asks for oclif's own debugging output. Everything else goes the long way: help, `plugins`, a plugin's command, mistakes.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { BtError } from '../lib/base/errors.ts'
import type { BtCommand, CommandClass } from './bt-command.ts'
import { withDefaults } from './defaults.ts'
import { dataFolder, type Environment } from './folders.ts'
import { BareHost } from './host.ts'
import { PACKAGE_ROOT } from './package-root.ts'
import { loadSettings } from './settings.ts'
import { parseWords } from './words.ts'

const DEBUGGING = ['DEBUG', 'CLI_FLAGS_DEBUG']
const HELP = ['--help', '-h']

/**
 * @returns the command that the words name, ready to run, or undefined where oclif has to look at them.
 * @throws BtError USAGE where the user's settings are wrong
 */
export async function shortWay(
  argv: readonly string[],
  env: Environment = process.env,
): Promise<BtCommand | undefined> {
  const [name = '', ...words] = argv
  if (DEBUGGING.some(variable => env[variable]) || !isOurs(name) || mayHavePlugins(env)) return undefined
  // Help is to be had whatever is wrong with the settings.
  if (HELP.some(word => words.includes(word))) return undefined
  const { default: Command } = (await import(moduleOf(name).href)) as { readonly default: CommandClass }
  if (Command.needsOclif === true) return undefined
  const flags = await withDefaults(name, { ...Command.baseFlags, ...Command.flags }, await loadSettings(env))
  const { args = {}, strict = true } = Command
  const parsed = await parseWords(words, { args, strict, flags })
  return parsed && new Command(new BareHost(parsed))
}

function isOurs(name: string): boolean {
  return /^[a-z_]+$/.test(name) && existsSync(moduleOf(name))
}

function moduleOf(name: string): URL {
  return new URL(`bundle/commands/${name}.js`, PACKAGE_ROOT)
}

function mayHavePlugins(env: Environment): boolean {
  const path = join(dataFolder(env), 'package.json')
  if (!existsSync(path)) return false
  // Reading a named pipe would wait for ever, here and in oclif.
  if (!statSync(path).isFile())
    throw new BtError('USAGE', `${path}, where the list of your plugins belongs, is no file; remove it`)
  try {
    const { oclif } = JSON.parse(readFileSync(path, 'utf8')) as { readonly oclif?: { readonly plugins?: unknown } }
    return !Array.isArray(oclif?.plugins) || oclif.plugins.length > 0
  } catch {
    return true
  }
}
