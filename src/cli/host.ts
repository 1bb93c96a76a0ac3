// What reads a command's words and knows the plugins: oclif, or, where that can make no difference, bt itself.
import type { Interfaces } from '@oclif/core'
import type { PluginRegistry } from '../lib/plugin/registry.ts'
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
  readonly #words: readonly string[]
  readonly #config: Interfaces.Config

  constructor(words: readonly string[], config: Interfaces.Config) {
    this.#words = words
    this.#config = config
  }

  async parse<F extends Output, B extends Output, A extends Output>(syntax: Input<F, B, A>): Promise<Values<F, B, A>> {
    const { parse } = await import('@oclif/core/parser')
    const flags = { ...syntax.baseFlags, ...syntax.flags } as Interfaces.FlagInput<F & B>
    return parse<F & B, B, A>([...this.#words], { ...syntax, flags })
  }

  async plugins(): Promise<PluginRegistry> {
    const [{ loadPlugins }, { watchStrayErrors }, { exitCodeOf, report }] = await Promise.all([
      import('../lib/plugin/load.ts'),
      import('./stray-errors.ts'),
      import('./report.ts'),
    ])
    const strangers = [...this.#config.plugins.values()].filter(({ type }) => type !== 'core')
    watchStrayErrors(strangers, {
      onPlugin: warning => process.stderr.write(`warning: ${warning}\n`),
      onOther: error => {
        report(error, { json: this.#words.includes('--json'), debug: this.#words.includes('--debug') })
        process.exit(exitCodeOf(error))
      },
    })
    return loadPlugins(this.#config)
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
