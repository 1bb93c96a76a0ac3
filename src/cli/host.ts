// What reads a command's words and knows the plugins: oclif, or, where that can make no difference, bt itself.
import type { Interfaces } from '@oclif/core'
import type { PluginRegistry } from '../lib/plugin/registry.ts'
import { withDefaults } from './defaults.ts'
import { exitCodeOf, report, reportMode } from './report.ts'
import { loadSettings } from './settings.ts'
import type { Parsed } from './words.ts'

export type Output = Record<string, unknown>
type Input<F extends Output, B extends Output, A extends Output> = Interfaces.Input<F, B, A>

/** The values of a command's arguments and flags, typed by their definitions; `argv` has those of all arguments. */
export type Values<F extends Output, B extends Output, A extends Output> = Pick<
  Interfaces.ParserOutput<F, B, A>,
  'args' | 'flags' | 'argv'
>

export interface Host {
  /** @throws what oclif throws of a command line that is wrong; see report.ts. */
  parse<F extends Output, B extends Output, A extends Output>(syntax: Input<F, B, A>): Promise<Values<F, B, A>>
  /** Every plugin's offer. Never rejects. */
  plugins(): Promise<PluginRegistry>
}

/** oclif started, found the command, and knows all plugins. */
export class OclifHost implements Host {
  readonly #command: string
  readonly #words: readonly string[]
  readonly #config: Interfaces.Config

  /** @param command its name, @param words what follows that. */
  constructor(command: string, words: readonly string[], config: Interfaces.Config) {
    this.#command = command
    this.#words = words
    this.#config = config
  }

  async parse<F extends Output, B extends Output, A extends Output>(syntax: Input<F, B, A>): Promise<Values<F, B, A>> {
    const [{ parse }, settings] = await Promise.all([import('@oclif/core/parser'), loadSettings()])
    const known = { ...syntax.baseFlags, ...syntax.flags } as Interfaces.FlagInput
    const flags = (await withDefaults(this.#command, known, settings)) as Interfaces.FlagInput<F & B>
    return parse<F & B, B, A>([...this.#words], { ...syntax, flags })
  }

  async plugins(): Promise<PluginRegistry> {
    const [{ loadPlugins }, { watchStrayErrors }, { guardPlugins }] = await Promise.all([
      import('../lib/plugin/load.ts'),
      import('./stray-errors.ts'),
      import('./plugin-guard.ts'),
    ])
    const strangers = [...this.#config.plugins.values()].filter(({ type }) => type !== 'core')
    watchStrayErrors(strangers, {
      onPlugin: warning => process.stderr.write(`warning: ${warning}\n`),
      onOther: error => void this.#end(error),
    })
    const names = strangers.map(({ name }) => name)
    return guardPlugins(names, () => loadPlugins(this.#config))
  }

  async #end(error: unknown): Promise<never> {
    await report(error, await reportMode([this.#command, ...this.#words]))
    process.exit(exitCodeOf(error))
  }
}

/** No oclif: the words are read, and there are no plugins but the bundled ones. */
export class BareHost implements Host {
  readonly #parsed: Parsed

  constructor(parsed: Parsed) {
    this.#parsed = parsed
  }

  parse<F extends Output, B extends Output, A extends Output>(_syntax: Input<F, B, A>): Promise<Values<F, B, A>> {
    return Promise.resolve(this.#parsed as Values<F, B, A>)
  }

  async plugins(): Promise<PluginRegistry> {
    const { loadBundledPlugins } = await import('../lib/plugin/load.ts')
    return loadBundledPlugins()
  }
}
