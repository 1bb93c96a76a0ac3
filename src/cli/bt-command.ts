// What every command shares: the global flags, a signal that Ctrl-C aborts, the plugins, the log, and where output goes.
// stdout carries the result and nothing else; everything for the person watching goes to stderr.
import type { Interfaces } from '@oclif/core'
import { BtError, messageOf } from '../lib/base/errors.ts'
import type { PluginRegistry } from '../lib/plugin/registry.ts'
import { printable } from '../lib/ui/format.ts'
import { jsonLine } from '../lib/ui/json-line.ts'
import type { ProgressBar } from '../lib/ui/progress-bar.ts'
import { canDraw } from '../lib/ui/terminal.ts'
import type { Watch } from '../lib/ui/watch.ts'
import { OclifHost, type Host, type Output, type Values } from './host.ts'
import type { Log } from './log.ts'
import { globalFlags, logOptions, type GlobalFlags } from './log-flags.ts'
import { leftOutJson, leftOutText, PassingLines } from './passing-lines.ts'
import type { Syntax } from './words.ts'
import { wantOut } from './written.ts'

export interface CommandClass extends Syntax {
  /** It shows something of oclif's own, so that it can not be run without. */
  readonly needsOclif?: boolean
  /** The command's name, which oclif sets. */
  readonly id?: string
  new (host: Host): BtCommand
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
  static baseFlags: typeof globalFlags = globalFlags

  readonly #interrupt = new AbortController()
  readonly #host: Host
  #json = false
  #log: Log | undefined
  #hangUp: (() => void) | undefined
  readonly #events = new PassingLines(process.stdout, lines => this.#leftOut(lines))
  readonly #notes = new PassingLines(process.stderr, lines => this.#leftOut(lines))

  constructor(host: Host) {
    this.#host = host
  }

  /** What oclif calls. */
  static async run(this: CommandClass, words: string[], config: Interfaces.Config): Promise<void> {
    await new this(new OclifHost(this.id ?? '', words, config)).run()
  }

  /** The command's own work. Failures are thrown as BtError. */
  protected abstract execute(): Promise<void>

  async run(): Promise<void> {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    const onSignal = (signal: NodeJS.Signals): void => {
      if (signal === 'SIGHUP' && this.#hangUp !== undefined) return this.#hangUp()
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
      throw this.#logged(this.interrupted.aborted && !unsaved ? this.interrupted.reason : error)
    } finally {
      this.#log?.close()
      if (this.interrupted.aborted) wantOut()
      for (const signal of signals) process.off(signal, onSignal)
    }
  }

  /** Aborted once the user pressed Ctrl-C or the process was told to end; its reason is a BtError INTERRUPTED. */
  protected get interrupted(): AbortSignal {
    return this.#interrupt.signal
  }

  /** From now on a SIGHUP does this, and does not end the command. */
  protected onHangUp(act: () => void): void {
    this.#hangUp = act
  }

  /** What the words and the user's settings say of the command's arguments and flags. Begins the log. */
  protected async parse<F extends Output, B extends Output, A extends Output>(
    syntax: Interfaces.Input<F, B, A>,
  ): Promise<Values<F, B, A>> {
    const values = await this.#host.parse(syntax)
    const flags: GlobalFlags = values.flags
    this.#json = flags.json ?? false
    const log = logOptions(flags)
    if (log !== undefined) this.#log = new (await import('./log.ts')).Log(log)
    return values
  }

  /** Whether JSON is asked for; known once the words are parsed. */
  protected get json(): boolean {
    return this.#json
  }

  /** A line of the result. */
  protected print(line: string): void {
    process.stdout.write(`${line}\n`)
  }

  /** Many lines of the result, written as one: each write is a call to the system. */
  protected printAll(lines: readonly string[]): void {
    if (lines.length > 0) this.print(lines.join('\n'))
  }

  /** The result as one JSON document on a line. */
  protected printJson(value: unknown): void {
    this.print(jsonLine(value))
  }

  /** A line of what happens in a command that goes on, of which there is no end: left out where nobody reads. */
  protected tell(line: string): void {
    this.#events.write(line)
  }

  /** A line for the person watching; whatever is in it, no terminal acts upon it. */
  protected note(line: string): void {
    process.stderr.write(`${printable(line)}\n`)
  }

  /** As `note`, of what happens in a command that goes on: left out where nobody reads. */
  protected tellNote(line: string): void {
    this.#notes.write(printable(line))
  }

  /** On stderr once: as a line of the log, where that is the place for it. */
  protected noteWarning(message: string): void {
    this.#log?.write({ level: 'warn', event: 'warning', message })
    if (this.#log?.onStderr !== true) this.note(`warning: ${message}`)
  }

  /** How a download is shown: JSON lines (on stderr where stdout is the content's), a live picture on a terminal, else plain lines. */
  protected async watch(jsonTo: 'stdout' | 'stderr' = 'stdout'): Promise<Watch> {
    if (this.json) {
      const { JsonWatch } = await import('../lib/ui/watch-json.ts')
      if (jsonTo === 'stdout') {
        return new JsonWatch(
          value => this.tell(jsonLine(value)),
          value => this.printJson(value),
        )
      }
      return new JsonWatch(
        value => this.tellNote(jsonLine(value)),
        value => this.note(jsonLine(value)),
      )
    }
    // No picture survives the lines of a log.
    if (this.#log?.onStderr !== true && canDraw(process.stderr)) {
      const { TerminalWatch } = await import('../lib/ui/watch-terminal.ts')
      return new TerminalWatch()
    }
    const { PlainWatch } = await import('../lib/ui/watch-plain.ts')
    return new PlainWatch(line => this.tellNote(line))
  }

  /** How far a piece of work is, on a terminal on which no log is written. */
  protected async bar(title: string): Promise<ProgressBar> {
    const { noBar, progressBar } = await import('../lib/ui/progress-bar.ts')
    return this.#log?.onStderr === true ? noBar : progressBar(process.stderr, title)
  }

  /** Every plugin's offer; what is wrong with one is shown, and never ends the command. */
  protected async plugins(): Promise<PluginRegistry> {
    const registry = await this.#host.plugins()
    for (const problem of registry.problems) this.noteWarning(problem)
    return registry
  }

  #leftOut(lines: number): string {
    return this.json ? leftOutJson(lines) : leftOutText(lines)
  }

  #logged(error: unknown): unknown {
    const code = error instanceof BtError ? error.code : 'INTERNAL'
    const level = code === 'INTERRUPTED' ? 'info' : 'error'
    this.#log?.write({ level, event: 'ended', message: messageOf(error), fields: { code } })
    return error
  }
}
