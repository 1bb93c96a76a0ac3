// The log of one run: everything that can be watched of the library, from one place, to stderr or a file. Loaded only where
// somebody asks for a log.
import { writeSync } from 'node:fs'
import { BtError, messageOf } from '../lib/base/errors.ts'
import { watchDiagnostics } from '../lib/engine/diagnostics.ts'
import { openOutput, type OpenOutput } from '../lib/engine/output-place.ts'
import { diskError } from '../lib/storage/disk-error.ts'
import { isLogged, logJson, logText, type LogEntry, type LogLevel } from '../lib/ui/log-line.ts'
import { serverEntry } from '../lib/ui/server-log.ts'
import { sessionEntry } from '../lib/ui/session-log.ts'
import { trackerEntry } from '../lib/ui/tracker-log.ts'
import { wireEntry } from '../lib/ui/wire-log.ts'
import { leftOutText, PassingLines } from './passing-lines.ts'

export interface LogOptions {
  readonly level: LogLevel
  readonly format: 'text' | 'json'
  /** Written to its end; undefined: stderr. */
  readonly file: string | undefined
}

export class Log {
  readonly #options: LogOptions
  readonly #file: OpenOutput | undefined
  readonly #lines = new PassingLines(process.stderr, lines => this.#format(leftOut(lines)))
  readonly #watched: readonly (() => void)[]
  #broken = false

  /** Begins to watch; close it in the end. @throws BtError DISK_FAILED where the file can not be written */
  constructor(options: LogOptions) {
    this.#options = options
    this.#file = options.file === undefined ? undefined : openLog(options.file)
    this.#watched = this.#watch()
  }

  get onStderr(): boolean {
    return this.#file === undefined
  }

  write(entry: LogEntry): void {
    if (this.#broken || !isLogged(entry.level, this.#options.level)) return
    const line = this.#format(entry)
    if (this.#file === undefined) this.#lines.write(line)
    else this.#append(this.#file.descriptor, line)
  }

  close(): void {
    for (const stop of this.#watched) stop()
    this.#broken = true
    this.#file?.close()
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

  /** At once, so that nothing is lost however the process ends. */
  #append(descriptor: number, line: string): void {
    try {
      writeSync(descriptor, `${line}\n`)
    } catch (error) {
      this.#broken = true
      process.stderr.write(`warning: the log ends here: ${messageOf(error)}\n`)
    }
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

function openLog(path: string): OpenOutput {
  try {
    return openOutput(path, 'a')
  } catch (error) {
    const { code, message } = diskError(error, path, 'open')
    throw new BtError(code, `can not write the log: ${message}`, { cause: error })
  }
}
