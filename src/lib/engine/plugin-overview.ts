// What each plugin adds, and whether it is used or another one comes first.
import type { BtPlugin } from '../plugin/api.ts'
import type { PluginRegistry } from '../plugin/registry.ts'

export interface PluginAddition {
  readonly kind: 'tracker' | 'extension' | 'source' | 'command'
  /** The scheme of a tracker; else the name. */
  readonly name: string
  /** False: another plugin has one of that name, and comes first. */
  readonly used: boolean
}

export interface PluginDescription {
  readonly name: string
  readonly version: string
  readonly origin: 'installed' | 'linked' | 'bundled'
  /** Its folder. */
  readonly root: string
  /** The version of the contract that it speaks; undefined where it adds commands alone, or was left out. */
  readonly api: number | undefined
  /** Why it was left out, and what to do. */
  readonly problem: string | undefined
  readonly adds: readonly PluginAddition[]
}

/** What of an oclif plugin is looked at. */
export interface OclifPackage {
  readonly name: string
  readonly version: string
  /** `user`, `link`, `core`, … */
  readonly type: string
  readonly root: string
  readonly isRoot: boolean
  readonly commands: readonly { readonly id: string; readonly hidden?: boolean | undefined }[]
}

const ORIGINS: Readonly<Record<string, PluginDescription['origin']>> = { user: 'installed', link: 'linked' }

/**
 * By name; bt itself, which is a plugin to oclif, is none of them.
 * @param ownerOf the plugin whose command of that id is run; of two, bt's own.
 */
export function describePlugins(
  packages: readonly OclifPackage[],
  registry: PluginRegistry,
  ownerOf: (command: string) => string | undefined,
): readonly PluginDescription[] {
  const offers = new Map(registry.plugins.map(({ name, plugin }) => [name, plugin]))
  return packages
    .filter(({ isRoot }) => !isRoot)
    .map(({ name, version, type, root, commands }) => {
      const offer = offers.get(name)
      const ownCommands = commands
        .filter(({ hidden }) => hidden !== true)
        .map(({ id }) => ({ kind: 'command' as const, name: id.replaceAll(':', ' '), used: ownerOf(id) === name }))
      return {
        name,
        version,
        origin: ORIGINS[type] ?? 'bundled',
        root,
        api: offer?.api,
        problem: registry.leftOut.get(name),
        adds: [...(offer === undefined ? [] : additionsOf(offer, registry)), ...ownCommands],
      }
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function additionsOf(plugin: BtPlugin, registry: PluginRegistry): readonly PluginAddition[] {
  const { trackers = [], extensions = [], sources = [] } = plugin
  return [
    ...trackers.flatMap(tracker =>
      tracker.schemes.map(scheme => ({
        kind: 'tracker' as const,
        name: scheme,
        used: registry.trackerFor(new URL(`${scheme}//host`)) === tracker,
      })),
    ),
    ...extensions.map(extension => ({
      kind: 'extension' as const,
      name: extension.name,
      used: registry.extensions.includes(extension),
    })),
    ...sources.map(source => ({ kind: 'source' as const, name: source.name, used: registry.sources.includes(source) })),
  ]
}
