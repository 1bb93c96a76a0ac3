// Plugins that a program which uses the library brings itself. It is told of what is wrong with them by an error: nobody
// else could mend them, and there is no command that had to go on.
import { BtError } from '../base/errors.ts'
import type { BtPlugin, Toolkit } from '../plugin/api.ts'
import { loadBundledPlugins } from '../plugin/load.ts'
import { PluginRegistry, type HookOutcome } from '../plugin/registry.ts'
import { toolkit } from '../plugin/toolkit.ts'

/** What the `bt:plugin` hook of a plugin package is as well, if it makes no use of oclif. */
export type ProgramPlugin = (options: { readonly kit: Toolkit }) => BtPlugin | Promise<BtPlugin>

/** The program's own, in their order, then the bundled ones. @throws BtError PLUGIN_FAILED */
export async function loadProgramPlugins(own: readonly ProgramPlugin[]): Promise<PluginRegistry> {
  const bundled = await loadBundledPlugins()
  if (own.length === 0) return bundled
  const outcomes = await Promise.all(own.map(outcomeOf))
  const registry = new PluginRegistry([
    ...outcomes,
    ...bundled.plugins.map(({ name, plugin }) => ({ name, origin: 'core', plugin })),
  ])
  const [problem] = registry.problems
  if (problem !== undefined) throw new BtError('PLUGIN_FAILED', problem)
  return registry
}

/** Named by its place. */
async function outcomeOf(hook: ProgramPlugin, index: number): Promise<HookOutcome> {
  const about = { name: `plugins[${index}]`, origin: 'program' }
  try {
    return { ...about, plugin: await hook({ kit: toolkit }) }
  } catch (error) {
    return { ...about, error }
  }
}
