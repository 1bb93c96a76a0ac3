// What all plugins together offer. Of two things with one name the first in precedence is used and the other never:
// plugins that the user installed or linked come before the bundled ones, within a rank the order is that of the names.
import { messageOf } from '../base/errors.ts'
import type { BtPlugin, PeerSource, Tracker, WireExtension } from './api.ts'
import { checkShape } from './shape.ts'

/** What became of one plugin's hook. */
export type HookOutcome = {
  /** Of the npm package. */
  readonly name: string
  /** How oclif found it: `user` (installed), `link`, `dev` or `core` (bundled); `program`: of whoever uses the library. */
  readonly origin: string
} & ({ readonly plugin: unknown } | { readonly error: unknown })

/** A plugin that is used. */
export interface LoadedPlugin {
  readonly name: string
  readonly plugin: BtPlugin
}

/** Lower comes first; what is not listed (such as `dev`) is bundled. */
const RANKS: Readonly<Record<string, number>> = { user: 0, link: 0, program: 0 }
const BUNDLED_RANK = 1

/** What all plugins offer together. */
export class PluginRegistry {
  readonly plugins: readonly LoadedPlugin[]
  readonly extensions: readonly WireExtension[]
  readonly sources: readonly PeerSource[]
  /** One sentence for each plugin that was left out, and for each thing that two plugins of one rank both claim. */
  readonly problems: readonly string[]
  /** By plugin name: why it was left out and what to do, without its name. */
  readonly leftOut: ReadonlyMap<string, string>
  readonly #trackers: ReadonlyMap<string, Tracker>

  /** @param outcomes in any order: hooks complete as they please, the registry is the same each time. */
  constructor(outcomes: readonly HookOutcome[]) {
    const found: string[] = []
    const leftOut = new Map<string, string>()
    const loaded: (LoadedPlugin & { readonly rank: number })[] = []
    for (const outcome of outcomes.toSorted(byPrecedence)) {
      const { name } = outcome
      const fit = fitPlugin(outcome)
      if ('plugin' in fit) {
        loaded.push({ name, plugin: fit.plugin, rank: rankOf(outcome) })
      } else {
        leftOut.set(name, fit.why)
        found.push(`plugin ${name} was left out: ${fit.why}`)
      }
    }
    const claims = new Claims(found)
    for (const { name, plugin, rank } of loaded) {
      const by = { plugin: name, rank }
      for (const tracker of plugin.trackers ?? []) {
        for (const scheme of tracker.schemes) claims.trackers.claim(scheme, tracker, by)
      }
      for (const extension of plugin.extensions ?? []) claims.extensions.claim(extension.name, extension, by)
      for (const source of plugin.sources ?? []) claims.sources.claim(source.name, source, by)
    }
    this.plugins = loaded.map(({ name, plugin }) => ({ name, plugin }))
    this.extensions = [...claims.extensions.held().values()]
    this.sources = [...claims.sources.held().values()]
    this.#trackers = claims.trackers.held()
    this.problems = found
    this.leftOut = leftOut
  }

  /** The tracker for the URL's scheme, or undefined where no plugin speaks it. */
  trackerFor(url: URL): Tracker | undefined {
    return this.#trackers.get(url.protocol)
  }
}

interface Claimant {
  readonly plugin: string
  readonly rank: number
}

class Claims {
  readonly trackers: ClaimTable<Tracker>
  readonly extensions: ClaimTable<WireExtension>
  readonly sources: ClaimTable<PeerSource>

  constructor(problems: string[]) {
    this.trackers = new ClaimTable('tracker for', problems)
    this.extensions = new ClaimTable('extension', problems)
    this.sources = new ClaimTable('peer source', problems)
  }
}

/** Names and who holds them: the first claim stands. */
class ClaimTable<T> {
  readonly #kind: string
  readonly #problems: string[]
  readonly #held = new Map<string, { readonly value: T; readonly by: Claimant }>()

  constructor(kind: string, problems: string[]) {
    this.#kind = kind
    this.#problems = problems
  }

  claim(name: string, value: T, by: Claimant): void {
    const holder = this.#held.get(name)
    if (holder === undefined) {
      this.#held.set(name, { value, by })
    } else if (holder.value !== value && holder.by.rank === by.rank) {
      // A user's plugin in place of a bundled one is what precedence is for; two of one rank are an accident.
      this.#problems.push(
        `plugin ${by.plugin}: its ${this.#kind} ${name} is not used, since ${holder.by.plugin} has one too; uninstall one of them`,
      )
    }
  }

  held(): ReadonlyMap<string, T> {
    return new Map([...this.#held].map(([name, { value }]) => [name, value]))
  }
}

function fitPlugin(outcome: HookOutcome): { readonly plugin: BtPlugin } | { readonly why: string } {
  if ('error' in outcome) {
    return { why: remedied(`its bt:plugin hook failed: ${messageOf(outcome.error)}`, 'update it', outcome) }
  }
  const shape = checkShape(outcome.plugin)
  return shape.type === 'plugin' ? shape : { why: remedied(`it ${shape.fault}`, shape.remedy, outcome) }
}

function remedied(fault: string, remedy: string, { name, origin }: HookOutcome): string {
  if (origin === 'program') return fault
  const removal =
    rankOf({ origin }) === BUNDLED_RANK ? 'install bt anew' : `remove it with "bt plugins uninstall ${name}"`
  return `${fault}; ${remedy}, or ${removal}`
}

function rankOf({ origin }: Pick<HookOutcome, 'origin'>): number {
  return RANKS[origin] ?? BUNDLED_RANK
}

/** Names compare by code unit, so that the order does not depend on the user's locale. A program's own keep theirs. */
function byPrecedence(a: HookOutcome, b: HookOutcome): number {
  const byRank = rankOf(a) - rankOf(b)
  if (byRank !== 0 || a.name === b.name || (a.origin === 'program' && b.origin === 'program')) return byRank
  return a.name < b.name ? -1 : 1
}
