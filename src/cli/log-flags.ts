// The flags of every command: how its results are printed, and what is logged beside them.
import type { LogLevel } from '../lib/ui/log-line.ts'
import type { LogOptions } from './log.ts'
import { Flags } from './options.ts'

const helpGroup = 'GLOBAL'

export const globalFlags = {
  json: Flags.boolean({ description: 'print JSON instead of text', helpGroup }),
  debug: Flags.boolean({
    description: 'show stack traces, and log as JSON every message sent and received (--log-level trace)',
    helpGroup,
  }),
  'log-level': Flags.string({
    description: 'log to stderr what happens, as far as it is at least so important',
    options: ['error', 'warn', 'info', 'debug', 'trace'] satisfies LogLevel[],
    helpGroup,
  }),
  'log-file': Flags.string({ description: 'log to the end of this file instead', helpValue: 'FILE', helpGroup }),
  'log-format': Flags.string({
    description: 'how: a line of text an event, or a JSON object; JSON with --json and --debug',
    options: ['text', 'json'] satisfies LogOptions['format'][],
    helpGroup,
  }),
}

/** Their values; of a plugin's command perhaps none. */
export interface GlobalFlags {
  readonly json?: boolean | undefined
  readonly debug?: boolean | undefined
  readonly 'log-level'?: string | undefined
  readonly 'log-file'?: string | undefined
  readonly 'log-format'?: string | undefined
}

/** Undefined where nobody asks for a log. */
export function logOptions(flags: GlobalFlags): LogOptions | undefined {
  const { json = false, debug = false, 'log-file': file } = flags
  const { 'log-level': level = debug ? 'trace' : file === undefined ? undefined : 'info' } = flags
  const { 'log-format': format = json || debug ? 'json' : 'text' } = flags
  // oclif and words.ts let no other words pass.
  return level === undefined ? undefined : { level: level as LogLevel, format: format as LogOptions['format'], file }
}
