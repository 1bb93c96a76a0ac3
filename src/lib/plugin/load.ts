// Asks every plugin's `bt:plugin` hook what it offers. Nothing that a plugin does here, not even never answering, keeps a
// command from running: it is left out, and said so among the registry's problems.
import type { Config } from '@oclif/core/interfaces'
import { BtError } from '../base/errors.ts'
import type { BtPlugin, PluginHook } from './api.ts'
import { PluginRegistry, type HookOutcome } from './registry.ts'
import { toolkit } from './toolkit.ts'

/** Milliseconds a hook may take. It returns plain data, so that even a slow disk needs a small part of this. */
export const HOOK_TIMEOUT = 5000
/** The packages that come with bt; the `oclif.plugins` of package.json names the same. */
export const BUNDLED_PLUGINS = [
  '@bt-toolbox/tracker-http',
  '@bt-toolbox/tracker-udp',
  '@bt-toolbox/ut-metadata',
] as const

/** What of oclif is used here; the `config` of a command fits. */
export type OclifConfig = Pick<Config, 'runHook' | 'plugins'>
type OclifPlugin = OclifConfig['plugins'] extends Map<string, infer P> ? P : never

/** Every plugin that oclif knows: bundled, installed by the user, linked. Never rejects. */
export async function loadPlugins(config: OclifConfig, timeout: number = HOOK_TIMEOUT): Promise<PluginRegistry> {
  const plugins = [...config.plugins.values()].filter(({ hooks }) => (hooks['bt:plugin'] ?? []).length > 0)
  const outcomes = await Promise.all(plugins.map(plugin => askOne(config, plugin, timeout)))
  return new PluginRegistry(outcomes.flat())
}

/** Each by itself: to oclif, a module that never ends loading would be no reason to hand over what the others answered. */
async function askOne(config: OclifConfig, plugin: OclifPlugin, timeout: number): Promise<readonly HookOutcome[]> {
  const { name, type: origin } = plugin
  try {
    const alone = Object.create(config, { plugins: { value: new Map([[name, plugin]]) } }) as OclifConfig
    // Captured errors: else a hook that calls `this.error` or `this.exit` would end the command.
    const { successes, failures } = await within(timeout, alone.runHook('bt:plugin', { kit: toolkit }, undefined, true))
    const outcomes = [
      ...successes.map(({ result }) => ({ name, origin, plugin: result })),
      ...failures.map(({ error }) => ({ name, origin, error })),
    ]
    if (outcomes.length > 0) return outcomes
    throw new BtError('PLUGIN_FAILED', 'its file exports no function')
  } catch (error) {
    return [{ name, origin, error }]
  }
}

/**
 * The bundled plugins alone, for programs that use the library without oclif. They get what oclif would give them.
 * Never rejects.
 */
export async function loadBundledPlugins(
  importModule: (name: string) => Promise<unknown> = importPackage,
  timeout: number = HOOK_TIMEOUT,
): Promise<PluginRegistry> {
  const outcomes = BUNDLED_PLUGINS.map(async (name): Promise<HookOutcome> => {
    try {
      return { name, origin: 'core', plugin: await within(timeout, callHook(importModule(name))) }
    } catch (error) {
      return { name, origin: 'core', error }
    }
  })
  return new PluginRegistry(await Promise.all(outcomes))
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
