// `--help` and `bt help`: oclif's pages, with what man pages have besides (exit codes, environment), and pages on topics.
import type { Command } from '@oclif/core'
import { CommandHelp, Help } from '@oclif/core/help'
import { EXIT_CODES, HELP_TOPICS } from './help-topics.ts'
import { unknownCommand } from './not-found-hook.ts'
import { variablesOf } from './settings.ts'
import { isShared, WRITING_COMMANDS } from './shared-flags.ts'

const OWN = 'bt-toolbox'
const GLOBAL = 'GLOBAL'
/** Commands of oclif's that bring somebody's code into bt. */
const BRINGS_CODE: ReadonlySet<string> = new Set(['plugins install', 'plugins link', 'plugins update'])
const TRUST = 'A plugin runs inside of bt with all your rights: install only what you would run by itself.'
const HELP_WORDS = ['help', '--help', '-h']

type Section = ReturnType<CommandHelp['sections']>[number]

class BtCommandHelp extends CommandHelp {
  /** Without the flags that every command has: they would hide its own. */
  override usage(): string {
    const { flags } = this.command
    const own = Object.entries(flags).filter(([, { helpGroup }]) => helpGroup !== GLOBAL)
    if (own.length === Object.keys(flags).length) return super.usage()
    return new BtCommandHelp({ ...this.command, flags: Object.fromEntries(own) }, this.config, this.opts).usage()
  }

  /** Before the examples, with which a page ends. */
  protected override sections(): Section[] {
    const sections = super.sections()
    const examples = sections.findIndex(({ header }) => header === 'EXAMPLES')
    return sections.toSpliced(examples === -1 ? sections.length : examples, 0, ...this.#more())
  }

  #more(): Section[] {
    const { id, pluginName } = this.command
    if (BRINGS_CODE.has(id)) return [{ header: 'TRUST', generate: () => this.wrap(TRUST) }]
    if (pluginName !== OWN) return []
    return [
      { header: 'EXIT CODES', generate: () => this.wrap(exitCodesLine()) },
      { header: 'ENVIRONMENT', generate: () => this.wrap(environmentLine(this.command)) },
    ]
  }
}

export default class BtHelp extends Help {
  protected override CommandHelpClass: typeof CommandHelp = BtCommandHelp

  override async showHelp(argv: string[]): Promise<void> {
    const subject = argv.find(word => !HELP_WORDS.includes(word) && !word.startsWith('-'))
    const topic = subject === undefined ? undefined : HELP_TOPICS.get(subject)
    if (topic !== undefined) return this.log(topic.text.trimEnd())
    const { commandIDs } = this.config
    const isKnown = commandIDs.some(id => id === subject || id.startsWith(`${subject}:`))
    if (subject === undefined || isKnown) return super.showHelp(argv)
    throw unknownCommand(subject, [...commandIDs, ...HELP_TOPICS.keys()])
  }

  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp()
    const pages = [...HELP_TOPICS].map(([name, { title }]) => [`bt help ${name}`, title] as [string, string])
    this.log(this.section('MORE', this.renderList(pages, { indentation: 2, spacer: '\n' })))
  }
}

function exitCodesLine(): string {
  const codes = EXIT_CODES.map(([code, meaning]) => `${code} ${meaning.split(':')[0]}`)
  return `${codes.join(', ')}; see \`bt help exit-codes\`.`
}

/** With a flag of the command itself for an example. */
function environmentLine(command: Command.Loadable | Command.Cached): string {
  if (WRITING_COMMANDS.includes(command.id)) return writingLine(command)
  const own = Object.values(command.flags).find(
    ({ helpGroup, name }) => helpGroup === undefined && variablesOf(command.id, name).length > 1,
  )
  const [variable, general] = variablesOf(command.id, own?.name ?? 'json')
  return `${variable}, or ${general} for all commands, gives --${own?.name ?? 'json'} its default, and so for every flag; so does a configuration file. See \`bt help environment\` and \`bt help config\`.`
}

/** Of a command whose flags general variables do not set. */
function writingLine({ id, flags }: Command.Loadable | Command.Cached): string {
  const [own = 'json'] = Object.keys(flags).filter(name => !isShared(id, name))
  const [variable] = variablesOf(id, own)
  return `${variable} gives --${own} its default, and so for every flag; so does the table [${id}] of a configuration file. What is set for all commands sets only global flags here, such as BT_JSON. See \`bt help environment\` and \`bt help config\`.`
}
