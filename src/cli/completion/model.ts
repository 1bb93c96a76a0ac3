// What there is to complete, the same for every shell: commands, their flags, and what the values of flags and arguments are.
import type { Command } from '@oclif/core'
import { HELP_TOPICS } from '../help-topics.ts'

/** `torrent`: a file whose name ends so, where there is one. `none`: nothing that a shell could know. */
export type ValueKind = 'file' | 'folder' | 'torrent' | 'none'

/** One word of these, or a path. */
export interface CompletedValue {
  readonly name: string
  readonly words: readonly string[]
  readonly kind: ValueKind
}

export interface CompletedFlag {
  /** As they are typed: `--output`, `-o`. */
  readonly spellings: readonly string[]
  readonly description: string
  readonly repeatable: boolean
  /** Undefined where it takes none. */
  readonly value: CompletedValue | undefined
}

export interface CompletedCommand {
  /** One word, or two: `plugins install`. */
  readonly name: string
  readonly summary: string
  readonly flags: readonly CompletedFlag[]
  readonly args: readonly CompletedValue[]
  /** The last argument may be given any number of times. */
  readonly open: boolean
}

type Cached = Pick<Command.Cached, 'id' | 'hidden' | 'summary' | 'description' | 'flags' | 'args' | 'strict'>
type Flag = Cached['flags'][string]

/** What flags call their values in help, where that is a path. */
const PATHS: ReadonlyMap<string, ValueKind> = new Map([
  ['FILE', 'file'],
  ['OUT', 'file'],
  ['PATH', 'file'],
  ['FOLDER', 'folder'],
  ['DIR', 'folder'],
])

/** By name; what has several names stands in oclif's list under each, and may do so several times. */
export function completedCommands(commands: readonly Cached[]): readonly CompletedCommand[] {
  const shown = new Map(commands.filter(({ hidden }) => !hidden).map(command => [command.id, command]))
  const names = [...shown.keys()].filter(id => !id.includes(':'))
  const all = [...shown.values()].map(command => completed(command, names))
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function completed(command: Cached, names: readonly string[]): CompletedCommand {
  const { id, summary, description = '', flags, args, strict } = command
  const subjects = [...names, ...HELP_TOPICS.keys()]
  return {
    name: id.replaceAll(':', ' '),
    summary: firstLine(summary ?? description),
    flags: [
      ...Object.values(flags)
        .filter(flag => flag.hidden !== true && flag.name !== 'help')
        .map(flagOf),
      { spellings: ['--help'], description: 'show help', repeatable: false, value: undefined },
    ],
    args: Object.values(args).map(({ name, options }) => ({
      name,
      words: id === 'help' ? subjects : (options ?? []),
      kind: id === 'help' || options !== undefined ? 'none' : name === 'torrent' ? 'torrent' : 'file',
    })),
    open: strict === false,
  }
}

function flagOf(flag: Flag): CompletedFlag {
  const { name, char, summary, description = '' } = flag
  const option = flag.type === 'option' ? flag : undefined
  return {
    spellings: [
      `--${name}`,
      ...(char === undefined ? [] : [`-${char}`]),
      ...(flag.type === 'boolean' && flag.allowNo ? [`--no-${name}`] : []),
    ],
    description: firstLine(summary ?? description),
    repeatable: option?.multiple === true,
    value: option && valueOf(option),
  }
}

function valueOf({ name, helpValue, options }: Extract<Flag, { type: 'option' }>): CompletedValue {
  const shown = typeof helpValue === 'string' ? helpValue : name
  return { name: shown, words: options ?? [], kind: PATHS.get(shown) ?? 'none' }
}

/** Descriptions may have oclif's templates, of which only the program's name is used. */
function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replaceAll('<%= config.bin %>', 'bt')
}

/** The commands of two words, by the first of them. */
export function byTopic(commands: readonly CompletedCommand[]): ReadonlyMap<string, readonly CompletedCommand[]> {
  const topics = new Map<string, CompletedCommand[]>()
  for (const command of commands) {
    const [topic = '', second] = command.name.split(' ')
    if (second !== undefined) topics.set(topic, [...(topics.get(topic) ?? []), command])
  }
  return topics
}
