// Completion in zsh, by its own \`_arguments\`: descriptions beside the words, each flag once.
import { byTopic, type CompletedCommand, type CompletedFlag, type CompletedValue, type ValueKind } from './model.ts'

export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const single = commands.filter(({ name }) => !name.includes(' '))
  const topics = byTopic(commands)
  return `#compdef bt
# zsh completion for bt; in ~/.zshrc after compinit: source <(bt completion zsh)
# or write it to a file named _bt in a folder of $fpath.
_bt() {
  local curcontext=$curcontext state line
  _arguments -C '1: :->command' '*:: :->words' && return
  case $state in
    command)
      local -a commands=(
${single.map(({ name, summary }) => `        ${quote(`${name}:${summary}`)}`).join('\n')}
      )
      _describe command commands
      _arguments '--help[show help]' '--version[show the version]'
      ;;
    words)
      case $words[1] in
${single.map(command => commandCase(command, topics.get(command.name) ?? [])).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _bt ]]; then _bt "$@"; else compdef _bt bt; fi
`
}

function commandCase(command: CompletedCommand, subs: readonly CompletedCommand[]): string {
  const own = `_arguments -S ${specs(command).join(' ')}`
  if (subs.length === 0) return `        ${command.name}) ${own} ;;`
  const named = subs.map(({ name, summary }) => quote(`${name.split(' ')[1]}:${summary}`))
  const cases = subs.map(
    sub =>
      `            ${sub.name.split(' ')[1]}) shift words; ((CURRENT--)); _arguments -S ${specs(sub).join(' ')} ;;`,
  )
  return `        ${command.name})
          if ((CURRENT == 2)); then
            local -a subcommands=(${named.join(' ')})
            _describe subcommand subcommands
            ${own}
            return
          fi
          case $words[2] in
${cases.join('\n')}
          esac
          ;;`
}

function specs({ flags, args, open }: CompletedCommand): readonly string[] {
  return [
    ...flags.flatMap(flagSpecs),
    ...args.map((value, index) => {
      const position = open && index === args.length - 1 ? '*' : `${index + 1}`
      return quote(`${position}:${escape(value.name)}:${action(value)}`)
    }),
  ]
}

const ACTIONS: Readonly<Record<ValueKind, string>> = {
  file: '_files',
  folder: '_files -/',
  torrent: '_files -g "*.torrent"',
  none: ' ',
}

/** One a spelling; each says which others it rules out. */
function flagSpecs({ spellings, description, repeatable, value }: CompletedFlag): readonly string[] {
  return spellings.map(spelling => {
    const others = repeatable ? '*' : spellings.length > 1 ? `(${spellings.join(' ')})` : ''
    const joined = value !== undefined && spelling.startsWith('--') ? '=' : ''
    const rest = value === undefined ? '' : `:${escape(value.name)}:${action(value)}`
    return quote(`${others}${spelling}${joined}[${escape(description)}]${rest}`)
  })
}

function action({ words, kind }: CompletedValue): string {
  if (words.length > 0) return `(${words.join(' ')})`
  return ACTIONS[kind]
}

function escape(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, String.raw`\$&`)
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
