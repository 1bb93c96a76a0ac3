// Completion in fish.
import { byTopic, type CompletedCommand, type CompletedFlag, type CompletedValue, type ValueKind } from './model.ts'

const PARTS: Readonly<Record<ValueKind, string>> = {
  file: '-F',
  folder: `-f -a '(__fish_complete_directories)'`,
  torrent: `-k -a '(__fish_complete_suffix .torrent)'`,
  none: '',
}

export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const topics = byTopic(commands)
  return `# fish completion for bt; write it to ~/.config/fish/completions/bt.fish
# Whether the command line begins with this command, of one word or two; with none; and with this and nothing else.
function __bt_has
    set -l words (commandline -opc)[2..]
    set -l wanted (string split ' ' -- $argv[1])
    test "$words[1..$(count $wanted)]" = "$wanted"
end
function __bt_has_none
    test (count (commandline -opc)) -eq 1
end
function __bt_has_only
    set -l words (commandline -opc)[2..]
    test "$words" = "$argv[1]"
end
complete -c bt -f
complete -c bt -n __bt_has_none -l help -d 'show help'
complete -c bt -n __bt_has_none -l version -d 'show the version'
${commands.flatMap(command => commandLines(command, topics.has(command.name))).join('\n')}
`
}

/** @param isTopic there are commands of two words that begin so. */
function commandLines({ name, summary, flags, args }: CompletedCommand, isTopic: boolean): readonly string[] {
  const [first = '', second] = name.split(' ')
  const word = second ?? first
  const place = second === undefined ? '__bt_has_none' : `__bt_has_only ${first}`
  const within = `complete -c bt -n ${quote(`${isTopic ? '__bt_has_only' : '__bt_has'} ${quote(name)}`)}`
  return [
    `complete -c bt -n ${quote(place)} -a ${word} -d ${quote(summary)}`,
    ...flags.map(flag => `${within} ${flagParts(flag)}`),
    ...[...new Set(args.map(valueParts))].filter(parts => parts !== '').map(parts => `${within} ${parts}`),
  ]
}

function flagParts({ spellings, description, value }: CompletedFlag): string {
  const names = spellings.map(word => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`))
  const taken = value === undefined ? '' : ` -r ${valueParts(value) || '-f'}`
  return `${names.join(' ')}${taken} -d ${quote(description)}`
}

function valueParts({ words, kind }: CompletedValue): string {
  if (words.length > 0) return `-f -a ${quote(words.join(' '))}`
  return PARTS[kind]
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}
