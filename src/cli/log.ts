// The log of one run: everything that can be watched of the library, from one place, to stderr or a file. Loaded only where
// somebody asks for a log.
import { messageOf } from '../lib/base/errors.ts'
import { watchDiagnostics } from '../lib/engine/diagnostics.ts'
import { isLogged, logJson, logText, type LogEntry, type LogLevel } from '../lib/ui/log-line.ts'
import { serverEntry } from '../lib/ui/server-log.ts'
import { sessionEntry } from '../lib/ui/session-log.ts'
import { trackerEntry } from '../lib/ui/tracker-log.ts'
import { wireEntry } from '../lib/ui/wire-log.ts'
import { openLog, type LogOutput } from './log-output.ts'
import { leftOutText, PassingLines } from './passing-lines.ts'

export interface LogOptions {
  readonly level: LogLevel
  readonly format: 'text' | 'json'
  /** Written to its end; undefined: stderr. */
  readonly file: string | undefined
}

export class Log {
  readonly #options: LogOptions
  readonly #output: LogOutput
  readonly #watched: readonly (() => void)[]
  #broken = false

  /** Begins to watch; close it in the end. @throws BtError DISK_FAILED where the file can not be written */
  constructor(options: LogOptions) {
    this.#options = options
    const leftOutLine = (lines: number): string => this.#format(leftOut(lines))
    this.#output =
      options.file === undefined
        ? new PassingLines(process.stderr, leftOutLine)
        : openLog(options.file, { leftOutLine, onError: error => this.#end(error) })
    this.#watched = this.#watch()
  }

  get onStderr(): boolean {
    return this.#options.file === undefined
  }

  write(entry: LogEntry): void {
    if (this.#broken || !isLogged(entry.level, this.#options.level)) return
    this.#output.write(this.#format(entry))
  }

  close(): void {
    for (const stop of this.#watched) stop()
    this.#broken = true
    this.#output.close?.()
  }

  #format(entry: LogEntry): string {
    return this.#options.format === 'json' ? logJson(entry, new Date()) : logText(entry, new Date())
  }

  /** What a plugin hands over may be anything; no line of a log is worth the end of the command. */
  #tell(read: () => LogEntry | undefined): void {
    try {
      const entry = read()
      if (entry !== undefined) this.write(entry)
    } catch (error) {
      this.write({ level: 'debug', event: 'unreadable', message: messageOf(error) })
    }
  }

  #end(error: unknown): void {
    if (this.#broken) return
    this.#broken = true
    process.stderr.write(`warning: the log ends here: ${messageOf(error)}\n`)
  }

  #watch(): readonly (() => void)[] {
    const { level } = this.#options
    return [
      watchDiagnostics('session', record => this.#tell(() => sessionEntry(record))),
      watchDiagnostics('server', record => this.#tell(() => serverEntry(record))),
      watchDiagnostics('tracker', record => this.#tell(() => trackerEntry(record))),
      ...(isLogged('trace', level) ? [watchDiagnostics('wire', record => this.#tell(() => wireEntry(record)))] : []),
    ]
  }
}

function leftOut(lines: number): LogEntry {
  return { level: 'warn', event: 'leftOut', message: leftOutText(lines), fields: { lines } }
}
