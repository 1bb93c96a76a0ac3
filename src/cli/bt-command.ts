// What every command shares: --json and --debug, a signal that Ctrl-C aborts, the plugins, and where output goes.
// stdout carries the result and nothing else; everything for the person watching goes to stderr.
import { Command, Flags } from '@oclif/core'
import { BtError } from '../lib/base/errors.ts'
import type { PluginRegistry } from '../lib/plugin/registry.ts'
import type { Watch } from '../lib/ui/watch.ts'

export abstract class BtCommand extends Command {
  static override baseFlags = {
    json: Flags.boolean({ description: 'print JSON instead of text', helpGroup: 'GLOBAL' }),
    debug: Flags.boolean({ description: 'show stack traces', helpGroup: 'GLOBAL' }),
  }

  readonly #interrupt = new AbortController()

  /** The command's own work. Failures are thrown as BtError. */
  protected abstract execute(): Promise<void>

  override async run(): Promise<void> {
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

  protected get json(): boolean {
    return this.argv.includes('--json')
  }

  /** A line of the result. */
  protected print(line: string): void {
    process.stdout.write(`${line}\n`)
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
    const { loadPlugins } = await import('../lib/plugin/load.ts')
    const registry = await loadPlugins(this.config)
    for (const problem of registry.problems) this.noteWarning(problem)
    return registry
  }

  /** oclif's own reporting is not used: main.ts reports. */
  protected override catch(error: Error): Promise<never> {
    return Promise.reject(error)
  }
}
