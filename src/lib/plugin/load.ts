// Asks every plugin's `bt:plugin` hook what it offers. Nothing that a plugin does here, not even never answering, keeps a
// command from running: it is left out, and said so among the registry's problems.
import type { Config } from '@oclif/core/interfaces'
import { BtError, messageOf } from '../base/errors.ts'
import type { BtPlugin, PluginHook } from './api.ts'
import { PluginRegistry, type HookOutcome } from './registry.ts'
import { toolkit } from './toolkit.ts'

/** Milliseconds a hook may take. It returns plain data, so that even a slow disk needs a small part of this. */
export const HOOK_TIMEOUT = 5000
/** Milliseconds more for oclif to report, one by one, the hooks that ran out of time. */
const REPORT_GRACE = 500

/** The packages that come with bt; the `oclif.plugins` of package.json names the same. */
export const BUNDLED_PLUGINS = [
  '@bt-toolbox/tracker-http',
  '@bt-toolbox/tracker-udp',
  '@bt-toolbox/ut-metadata',
] as const

/** What of oclif is used here; the `config` of a command fits. */
export type OclifConfig = Pick<Config, 'runHook' | 'plugins'>

/** Every plugin that oclif knows: bundled, installed by the user, linked. Never rejects. */
export async function loadPlugins(config: OclifConfig, timeout: number = HOOK_TIMEOUT): Promise<PluginRegistry> {
  try {
    // Captured errors: else a hook that calls `this.error` or `this.exit` would end the command.
    const ran = config.runHook('bt:plugin', { kit: toolkit }, timeout, true)
    const { successes, failures } = await within(timeout + REPORT_GRACE, ran)
    return new PluginRegistry([
      ...successes.map(({ plugin, result }) => ({ name: plugin.name, origin: plugin.type, plugin: result })),
      ...failures.map(({ plugin, error }) => ({ name: plugin.name, origin: plugin.type, error })),
    ])
  } catch (error) {
    // oclif's limit is on the hook alone: a module whose top level never ends takes all the others with it.
    return loadBundledPlugins(importPackage, timeout, [withoutOthers(config, error)])
  }
}

/**
 * The bundled plugins alone, for programs that use the library without oclif. They get what oclif would give them.
 * Never rejects.
 */
export async function loadBundledPlugins(
  importModule: (name: string) => Promise<unknown> = importPackage,
  timeout: number = HOOK_TIMEOUT,
  problems: readonly string[] = [],
): Promise<PluginRegistry> {
  const outcomes = BUNDLED_PLUGINS.map(async (name): Promise<HookOutcome> => {
    try {
      return { name, origin: 'core', plugin: await within(timeout, callHook(importModule(name))) }
    } catch (error) {
      return { name, origin: 'core', error }
    }
  })
  return new PluginRegistry(await Promise.all(outcomes), problems)
}

function importPackage(name: string): Promise<unknown> {
  return import(name)
}

async function callHook(importing: Promise<unknown>): Promise<BtPlugin> {
  const module = (await importing) as { readonly default?: unknown }
  if (typeof module.default !== 'function') throw new BtError('PLUGIN_FAILED', 'its default export is not a function')
  const hook = module.default as (this: HookContext, options: HookOptions) => Promise<BtPlugin>
  const context = hookContext()
  return hook.call(context, { kit: toolkit, context })
}

// There is no oclif, hence no `config`; a bundled hook does without.
type HookContext = Omit<ThisParameterType<PluginHook>, 'config'>
type HookOptions = Omit<Parameters<PluginHook>[0], 'config' | 'context'> & { readonly context: HookContext }

function hookContext(): HookContext {
  return {
    debug: () => {},
    log: () => {},
    warn: () => {},
    error: message => {
      throw message instanceof Error ? message : new BtError('PLUGIN_FAILED', message)
    },
    exit: code => {
      throw new BtError('PLUGIN_FAILED', `it asked to exit with ${code ?? 0}`)
    },
  }
}

function withoutOthers(config: OclifConfig, error: unknown): string {
  const bundled: readonly string[] = BUNDLED_PLUGINS
  const names = [...config.plugins.values()]
    .filter(plugin => plugin.hooks['bt:plugin'] !== undefined && !bundled.includes(plugin.name))
    .map(plugin => plugin.name)
    .toSorted()
  const whose = names.length === 0 ? 'a plugin' : names.join(', ')
  return `plugins other than the bundled ones were left out: loading ${whose} failed: ${messageOf(error)}; uninstall with "bt plugins uninstall" the one at fault`
}

/** The timer keeps the process alive: without, a promise that never settles would end it in silence. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new BtError('PLUGIN_FAILED', `no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, limit])
  } finally {
    clearTimeout(timer)
  }
}
