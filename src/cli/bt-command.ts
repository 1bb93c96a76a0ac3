// What every command shares: --json and --debug, a signal that Ctrl-C aborts, the plugins, and where output goes.
// stdout carries the result and nothing else; everything for the person watching goes to stderr.
import type { Interfaces } from '@oclif/core'
import { BtError } from '../lib/base/errors.ts'
import type { PluginRegistry } from '../lib/plugin/registry.ts'
import type { Watch } from '../lib/ui/watch.ts'
import { OclifHost, type Host, type Output, type Values } from './host.ts'
import { Flags } from './options.ts'
import type { Syntax } from './words.ts'

export interface CommandClass extends Syntax {
  /** It shows something of oclif's own, so that it can not be run without. */
  readonly needsOclif?: boolean
  new (words: readonly string[], host: Host): BtCommand
}

/** A class for oclif in all that it looks at, but not one of its `Command`s: those bring all of oclif along. */
export abstract class BtCommand {
  static summary: string
  static description: string
  static examples: string[]
  static aliases: string[] = []
  static strict = true
  static args: Interfaces.ArgInput
  static flags: Interfaces.FlagInput
  static baseFlags = {
    json: Flags.boolean({ description: 'print JSON instead of text', helpGroup: 'GLOBAL' }),
    debug: Flags.boolean({ description: 'show stack traces', helpGroup: 'GLOBAL' }),
  }

  readonly #interrupt = new AbortController()
  readonly #words: readonly string[]
  readonly #host: Host

  /** @param words what follows the command's name. */
  constructor(words: readonly string[], host: Host) {
    this.#words = words
    this.#host = host
  }

  /** What oclif calls. */
  static async run(this: CommandClass, words: string[], config: Interfaces.Config): Promise<void> {
    await new this(words, new OclifHost(words, config)).run()
  }

  /** The command's own work. Failures are thrown as BtError. */
  protected abstract execute(): Promise<void>

  async run(): Promise<void> {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const onSignal = (): void => {
      // The first asks to finish cleanly; whoever presses again wants out.
      if (this.#interrupt.signal.aborted) process.exit(130)
      this.#interrupt.abort(new BtError('INTERRUPTED', 'interrupted'))
    }
    for (const signal of signals) process.on(signal, onSignal)
    try {
      await this.execute()
    } catch (error) {
      // Whatever failed because of the interruption, the interruption is what happened; but 130 promises a saved state.
      const unsaved = error instanceof BtError && error.code.startsWith('DISK_')
      throw this.interrupted.aborted && !unsaved ? this.interrupted.reason : error
    } finally {
      for (const signal of signals) process.off(signal, onSignal)
    }
  }

  /** Aborted once the user pressed Ctrl-C or the process was told to end; its reason is a BtError INTERRUPTED. */
  protected get interrupted(): AbortSignal {
    return this.#interrupt.signal
  }

  /** What the words say of the command's arguments and flags. */
  protected parse<F extends Output, B extends Output, A extends Output>(
    syntax: Interfaces.Input<F, B, A>,
  ): Promise<Values<F, B, A>> {
    return this.#host.parse(syntax)
  }

  protected get json(): boolean {
    return this.#words.includes('--json')
  }

  /** A line of the result. */
  protected print(line: string): void {
    process.stdout.write(`${line}\n`)
  }

  /** Many lines of the result, written as one: each write is a call to the system. */
  protected printAll(lines: readonly string[]): void {
    if (lines.length > 0) this.print(lines.join('\n'))
  }

  /** The result as one JSON document on a line, or one event of long work. */
  protected printJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value)}\n`)
  }

  /** A line for the person watching. */
  protected note(line: string): void {
    process.stderr.write(`${line}\n`)
  }

  protected noteWarning(message: string): void {
    this.note(`warning: ${message}`)
  }

  /** How a download is shown: JSON lines (on stderr where stdout is the content's), a live picture on a terminal, else plain lines. */
  protected async watch(jsonTo: 'stdout' | 'stderr' = 'stdout'): Promise<Watch> {
    if (this.json) {
      const { JsonWatch } = await import('../lib/ui/watch-json.ts')
      return new JsonWatch(value => (jsonTo === 'stdout' ? this.printJson(value) : this.note(JSON.stringify(value))))
    }
    // A terminal may not know its own width (a bare pseudo-terminal says 0); no picture fits there.
    if (process.stderr.isTTY && process.stderr.columns > 0) {
      const { TerminalWatch } = await import('../lib/ui/watch-terminal.ts')
      return new TerminalWatch()
    }
    const { PlainWatch } = await import('../lib/ui/watch-plain.ts')
    return new PlainWatch(line => this.note(line))
  }

  /** Every plugin's offer; what is wrong with one is shown, and never ends the command. */
  protected async plugins(): Promise<PluginRegistry> {
    const registry = await this.#host.plugins()
    for (const problem of registry.problems) this.noteWarning(problem)
    return registry
  }
}
