// Completion in bash 4 and later, by itself: bash-completion need not be installed.
import { byTopic, type CompletedCommand, type CompletedFlag, type CompletedValue } from './model.ts'

export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const names = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))]
  return `# bash completion for bt; in ~/.bashrc: source <(bt completion bash)
_bt() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} first=2
  local flags='' values='' kind=file word i
  # bash takes --flag=value for three words.
  if [[ $cur == '=' ]]; then cur=''
  elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${names.join(' ')} --help --version' -- "$cur"))
    return
  fi
${pairCases(commands)}  local position=0 taken=''
  for ((i = first; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == -* ]]; then taken=$word
    elif [[ $word == '=' ]]; then :
    elif [[ -n $taken ]] && _bt_takes_value "$command" "$taken"; then taken=''
    else position=$((position + 1)) taken=''
    fi
  done
  if _bt_takes_value "$command" "$prev"; then _bt_flag_value "$command" "$prev"
  elif [[ $cur == -* ]]; then _bt_flags "$command"; kind=none
  else _bt_argument "$command" "$position"
  fi
  COMPREPLY=()
  if [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$cur"))
    compopt +o default 2>/dev/null
    return
  fi
  case $kind in
    none) compopt +o default 2>/dev/null ;;
    folder) compopt -o dirnames +o default 2>/dev/null ;;
    torrent)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -X '!*.torrent' -- "$cur")
      ((\${#COMPREPLY[@]})) && mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$cur")
      ;;
  esac
}
_bt_takes_value() {
  case "$1 $2" in
${lines(commands, command => takers(command))}
    *) return 1 ;;
  esac
}
_bt_flags() {
  case "$1" in
${lines(commands, ({ name, flags }) => [`${quote(name)}) values=${quote(spellings(flags))} ;;`])}
  esac
}
_bt_flag_value() {
  case "$1 $2" in
${lines(commands, command => flagValues(command))}
  esac
}
_bt_argument() {
  kind=none
  case "$1 $2" in
${lines(commands, command => argumentValues(command))}
  esac
}
complete -o default -F _bt bt
`
}

/** \`plugins install\` is one command; \`plugins\` may be one too. */
function pairCases(commands: readonly CompletedCommand[]): string {
  const cases = [...byTopic(commands)].map(([topic, members]) => {
    const subs = members.map(({ name }) => name.split(' ')[1] ?? '')
    return `    ${topic})
      if ((COMP_CWORD == 2)) && [[ $cur != -* ]]; then
        COMPREPLY=($(compgen -W ${quote(subs.join(' '))} -- "$cur"))
        return
      fi
      case \${COMP_WORDS[2]} in ${subs.join('|')}) command="$command \${COMP_WORDS[2]}" first=3 ;; esac
      ;;`
  })
  return cases.length === 0 ? '' : `  case $command in\n${cases.join('\n')}\n  esac\n`
}

function takers({ name, flags }: CompletedCommand): readonly string[] {
  const taking = flags.filter(({ value }) => value !== undefined).flatMap(flag => flag.spellings)
  return taking.length === 0 ? [] : [`${taking.map(flag => quote(`${name} ${flag}`)).join('|')}) return 0 ;;`]
}

function flagValues({ name, flags }: CompletedCommand): readonly string[] {
  return flags.flatMap(({ spellings: words, value }) =>
    value === undefined ? [] : [`${words.map(word => quote(`${name} ${word}`)).join('|')}) ${assign(value)} ;;`],
  )
}

function argumentValues({ name, args, open }: CompletedCommand): readonly string[] {
  return args.map((value, index) => {
    const more = open && index === args.length - 1
    return `${quote(`${name} `)}${more ? '*' : index}) ${assign(value)} ;;`
  })
}

function assign({ words, kind }: CompletedValue): string {
  return words.length > 0 ? `values=${quote(words.join(' '))}` : `kind=${kind}`
}

const spellings = (flags: readonly CompletedFlag[]): string => flags.flatMap(flag => flag.spellings).join(' ')

function lines(commands: readonly CompletedCommand[], each: (command: CompletedCommand) => readonly string[]): string {
  return commands
    .flatMap(each)
    .map(line => `    ${line}`)
    .join('\n')
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\\''`)}'`
}
