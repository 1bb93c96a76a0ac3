// Writes the man page, dist/man/bt.1, from what `--help` is made of: the commands' manifest and the pages of `bt help`.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { HELP_TOPICS } from '../dist/cli/help-topics.js'

const about = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
const { commands } = JSON.parse(await readFile(new URL('../oclif.manifest.json', import.meta.url), 'utf8'))

const all = Object.values(commands).toSorted((a, b) => (a.id < b.id ? -1 : 1))
const globals = Object.values(all[0].flags).filter(flag => flag.helpGroup === 'GLOBAL')

const page = [
  `.TH BT 1 "" "${about.name} ${about.version}" "User Commands"`,
  '.SH NAME',
  `bt \\- ${text(about.description.replace(/^T/, 't'))}`,
  '.SH SYNOPSIS',
  '.B bt\n.I command\n[\\fIargument\\fR ...] [\\fIflag\\fR ...]',
  '.br\n.B bt\n.I command\n.B \\-\\-help',
  '.SH COMMANDS',
  ...all.flatMap(command),
  '.SH FLAGS OF EVERY COMMAND',
  ...globals.flatMap(flag),
  ...[...HELP_TOPICS.values()].flatMap(({ title, text: body }) => [
    `.SH ${text(title.replace(/\.$/, '').toUpperCase())}`,
    ...verbatim(body),
  ]),
  '.SH SEE ALSO',
  '.BR aria2c (1),\n.BR transmission\\-cli (1),\n.BR mktorrent (1)',
]

await mkdir(new URL('../dist/man/', import.meta.url), { recursive: true })
await writeFile(new URL('../dist/man/bt.1', import.meta.url), `${page.join('\n')}\n`)

function command({ id, aliases, args = {}, strict, summary, description = '', flags, examples = [] }) {
  const names = Object.values(args).map(({ name, required }) => (required ? name : `[${name}]`).toUpperCase())
  const words = [id, ...names, ...(strict ? [] : ['...'])].join(' ')
  const own = Object.values(flags).filter(({ helpGroup }) => helpGroup !== 'GLOBAL')
  return [
    `.SS bt ${text(words)}`,
    text([summary, description, ...aliases.map(alias => `Also named ${alias}.`)].join(' ')),
    ...Object.values(args).flatMap(({ name, description: what = '' }) => item(name.toUpperCase(), what)),
    ...own.flatMap(flag),
    '.PP',
    ...verbatim(examples.map(line => `$ ${line}`).join('\n')),
  ]
}

function flag({ name, char, type, allowNo, helpValue, options, description = '' }) {
  const value = type === 'boolean' ? '' : `=${options?.join('|') ?? helpValue ?? 'VALUE'}`
  return item(`${char ? `-${char}, ` : ''}--${allowNo ? '[no-]' : ''}${name}${value}`, description)
}

function item(term, what) {
  return ['.TP', `.B ${text(term)}`, text(what)]
}

function verbatim(body) {
  return ['.nf', ...body.trimEnd().split('\n').map(text), '.fi']
}

/** As roff takes it for what it says: a backslash, a dash that can be copied, no ASCII, a line that begins like a request. */
function text(said) {
  return said
    .replaceAll('<%= config.bin %>', 'bt')
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/[^\0-\x7f]/gu, char => `\\[u${char.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}]`)
    .replace(/^(?=[.'])/, '\\&')
}
