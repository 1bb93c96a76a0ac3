// How a failure reaches the user: one line on stderr, with --json a document on stdout too, a stack only with --debug.
import { stripVTControlCharacters } from 'node:util'
import { BtError, ERROR_EXIT_CODES, messageOf } from '../lib/base/errors.ts'
import { printable } from '../lib/ui/format.ts'
import { jsonLine } from '../lib/ui/json-line.ts'
import { asBoolean, loadSettings } from './settings.ts'
import { isStdout } from './stdout-name.ts'

/** What oclif throws, as far as we look at it. */
interface OclifError extends Error {
  readonly code?: string
  readonly oclif?: { readonly exit?: number }
  readonly parse?: { readonly input?: { readonly flags?: Readonly<Record<string, unknown>> } }
  /** Where arguments are missing: which. */
  readonly args?: readonly { readonly name: string }[]
  /** Where there are no such flags: which, with their dashes. */
  readonly flags?: readonly string[]
}

export interface ReportMode {
  readonly json: boolean
  readonly debug: boolean
  /** stdout is the content's: all else goes to stderr. */
  readonly streaming?: boolean
}

/** What the words and the user's settings say of how to report, whatever is wrong with either. */
export async function reportMode(argv: readonly string[]): Promise<ReportMode> {
  const settings = await loadSettings().catch(() => undefined)
  const isOn = (flag: string): boolean => {
    if (argv.includes(`--${flag}`) || argv.includes(`--no-${flag}`)) return argv.includes(`--${flag}`)
    const setting = settings?.find(argv[0] ?? '', flag)
    try {
      return setting !== undefined && asBoolean(setting)
    } catch {
      return false
    }
  }
  const streaming = isOn('stdout') || argv.some((word, index) => namesStdout(word, argv[index + 1]))
  return { json: isOn('json'), debug: isOn('debug'), streaming }
}

/** Whether a word, or it and the next, say that the result goes to stdout. */
function namesStdout(word: string, next: string | undefined): boolean {
  const flag = /^(?:-o|--output|--save)(?:=(.*))?$/s.exec(word)
  return flag !== null && isStdout(flag[1] ?? next ?? '')
}

/** What became of stdout, where that is no pipe that its reader closed. */
export function outputError(error: NodeJS.ErrnoException): BtError {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return new BtError('DISK_FULL', 'no room for the output; free some and run the same command again', {
      cause: error,
    })
  }
  return new BtError('DISK_FAILED', `can not write the output: ${error.message}`, { cause: error })
}

/** The same error, but for what the system says whatever was opened: even a file of the program's own. */
export function knownError(error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' && syscall === 'uv_cwd') {
    return new BtError('DISK_NOT_FOUND', 'the working folder was removed; go to another', { cause: error })
  }
  if (error instanceof BtError || (code !== 'EMFILE' && code !== 'ENFILE')) return error
  const message = `too many files are open (${code}); bt takes about 100 of them: allow more with ulimit -n`
  return new BtError('DISK_FAILED', message, { cause: error })
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof BtError) return error.exitCode
  const known = error as OclifError
  if (known.code === 'EEXIT') return known.oclif?.exit ?? 0
  // Unknown commands, flags and arguments: oclif says 2 or 127, we always 2.
  if (isUsage(known)) return ERROR_EXIT_CODES.USAGE
  return known.oclif?.exit === undefined ? ERROR_EXIT_CODES.INTERNAL : known.oclif.exit
}

export async function report(error: unknown, mode: ReportMode): Promise<void> {
  const known = error as OclifError
  if (known.code === 'EEXIT') return
  const code = codeOf(error)
  const message = printable(messageLine(error) + (await suggestion(known)))
  if (mode.json) {
    const details = error instanceof BtError ? error.details : {}
    const out = mode.streaming === true ? process.stderr : process.stdout
    out.write(`${jsonLine({ error: { code, message, exitCode: exitCodeOf(error), ...details } })}\n`)
  }
  // Whoever pressed Ctrl-C knows; what it means for the work at hand the command has said.
  if (code === 'INTERRUPTED' && !mode.debug) return
  const hint = isUsage(known) ? '\nTry bt --help, or bt <command> --help.' : ''
  process.stderr.write(`${await prefix()} ${message}${hint}\n`)
  if (!mode.debug) {
    if (code === 'INTERNAL') process.stderr.write('bt: this is a fault in bt; --debug shows where it happened\n')
    return
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const stack = (cause.stack ?? cause.message).split('\n').map(printable).join('\n')
    process.stderr.write(`${cause === error ? '' : 'caused by '}${stack}\n`)
  }
}

/** Plain where even this can not be loaded. */
async function prefix(): Promise<string> {
  const paint = await import('../lib/ui/paint.ts').catch(() => undefined)
  return paint?.paintFor(process.stderr).red('bt:') ?? 'bt:'
}

function codeOf(error: unknown): string {
  if (error instanceof BtError) return error.code
  return isUsage(error as OclifError) ? 'USAGE' : 'INTERNAL'
}

function isUsage(error: OclifError): boolean {
  return error.parse !== undefined || error.oclif?.exit === 127 || error.oclif?.exit === 2
}

/** What went wrong, on one line; oclif's words in ours: without hints and lists, and with the command as it was typed. */
export function messageLine(error: unknown): string {
  const message = messageOf(error)
  if (/^Missing \d+ required arg/.test(message)) return missingLine(error as OclifError)
  return stripVTControlCharacters(message)
    .replace(/\nSee more help with --help$/, '')
    .replace(/^Parsing (--\S+)\s+/, '$1: ')
    .replace(/^command ([^:\s]*)(:\S*)? not found$/, 'there is no command $1')
    .replace(/^The following errors? occurred:\n([^]*)$/, (_, reasons: string) => reasonsLine(reasons))
    .replaceAll(/\s*\n\s*/g, ' ')
    .trim()
}

/** The flag that was meant, where there is none of that name. */
async function suggestion({ flags, parse }: OclifError): Promise<string> {
  const [wrong] = flags ?? []
  const names = Object.keys(parse?.input?.flags ?? {})
  if (wrong === undefined || !wrong.startsWith('--')) return ''
  const { didYouMean } = await import('./suggest.ts')
  return didYouMean(wrong.slice(2), names, '--')
}

function missingLine({ args = [] }: OclifError): string {
  return `missing argument${args.length === 1 ? '' : 's'}: ${args.map(({ name }) => name).join(', ')}`
}

/** One reason a line. */
function reasonsLine(reasons: string): string {
  const lines = reasons.trim().split(/\s*\n\s*/)
  return lines.map(line => line.replace(/^Missing required flag (\S+)$/, 'missing flag: --$1')).join('; ')
}
