// Writes docs/API.md from the declarations of what the package exports, or with --check says whether it is what they give.
// The compiler emits each declaration at the start of a line, after its docstring, so that no parser is needed.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PAGE = join(ROOT, 'docs', 'API.md')
const ENTRIES = [
  ['bt-toolbox', 'engine/index', 'Downloading, seeding, and reading and making torrents, in a program of your own.'],
  ['bt-toolbox/plugin', 'plugin/api', 'The contract of plugins: types alone. docs/PLUGINS.md explains it.'],
  ['bt-toolbox/plugin/testing', 'plugin/testing', 'For the tests of a plugin, with any test runner.'],
]

/** File → name → its docstring and text. */
const parsed = new Map()
const undocumented = []
const unexported = new Set()
/** Names of the language, of Node and of oclif that declarations may use. */
const UTILITIES =
  'AsyncGenerator AsyncIterable Config Extract Generator Hook Partial Pick Readonly ReadonlyMap ReadonlySet Record'.split(
    ' ',
  )
const page = render()
if (undocumented.length + unexported.size > 0) {
  if (undocumented.length > 0) console.error(`without a docstring: ${undocumented.join(', ')}`)
  if (unexported.size > 0) console.error(`named by what is exported, and not exported: ${[...unexported].join(', ')}`)
  process.exitCode = 1
} else if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page)
} else if (readFileSync(PAGE, 'utf8') !== page) {
  console.error('docs/API.md is not what the sources give; run "npm run api"')
  process.exitCode = 1
}

function render() {
  const seen = new Map()
  const all = ENTRIES.flatMap(([, module]) => exportsOf(join(ROOT, 'dist', 'lib', `${module}.d.ts`)))
  const names = new Set([...all.map(({ name }) => name), ...UTILITIES])
  for (const { text } of all) {
    const code = text.replaceAll(/\/\*\*[^]*?\*\/|'[^'\n]*'|"[^"\n]*"|<T extends/g, '').replaceAll(/\bT\b/g, '')
    for (const [name] of code.matchAll(/\b[A-Z]\w+\b(?!\??:)/g))
      if (!names.has(name) && !(name in globalThis)) unexported.add(name)
  }
  const sections = ENTRIES.map(([name, module, about]) => {
    const found = exportsOf(join(ROOT, 'dist', 'lib', `${module}.d.ts`))
    const fresh = found.filter(({ key }) => !seen.has(key))
    const known = found.filter(({ key }) => seen.has(key)).map(({ key }) => seen.get(key))
    for (const { key, name: exported } of fresh) seen.set(key, exported)
    return [`## ${name}`, about, ...alsoThere(known), ...fresh.flatMap(described)].join('\n\n')
  })
  return `${[
    '# The library',
    'Generated from the docstrings by `npm run api`; do not edit. The README has a whole program. Sizes are bytes, rates bytes a second, ' +
      'times milliseconds, unless a docstring says otherwise; what fails is thrown as a `BtError`, whose `code` is stable.',
    ...sections,
  ].join('\n\n')}\n`
}

function alsoThere(names) {
  return names.length === 0 ? [] : [`Also exported here: ${names.map(name => `\`${name}\``).join(', ')}.`]
}

function described({ name, doc, text, key }) {
  if (doc === '') undocumented.push(`${name} (${key.split('#')[0]})`)
  return [`### ${name}`, proseOf(doc), `\`\`\`ts\n${publicPart(text)}\n\`\`\``]
}

/** Everything that a file exports, in its order, wherever it is declared. */
function exportsOf(file) {
  const { statements, source } = parse(file)
  const imported = new Map()
  for (const [, names, from] of source.matchAll(/^import (?:type )?\{([^}]*)\} from '(\.[^']*)'/gm)) {
    for (const entry of namesIn(names)) {
      const [name, alias = name] = entry.split(' as ')
      imported.set(alias, { name, from })
    }
  }
  const found = []
  for (const { name, doc, text, reexports, from } of statements) {
    if (reexports === undefined) found.push({ name, doc, text, key: keyOf(file, name) })
    for (const exported of reexports ?? []) {
      const { name: original, from: target } =
        from === undefined ? (imported.get(exported) ?? {}) : { name: exported, from }
      if (target === undefined) throw new Error(`${file}: where ${exported} comes from is not known`)
      const origin = resolve(dirname(file), target.replace(/\.ts$/, '.d.ts'))
      const own = exportsOf(origin).find(({ name }) => name === original)
      if (own === undefined) throw new Error(`${file}: ${origin} exports no ${original}`)
      // Under an alias it is shown as what it is called here.
      found.push({ ...own, name: exported, text: own.text.replace(new RegExp(`\\b${original}\\b`), exported) })
    }
  }
  return found
}

function keyOf(file, name) {
  return `${relative(join(ROOT, 'dist'), file)}#${name}`
}

/** The exported statements of a declaration file. */
function parse(file) {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const source = readFileSync(file, 'utf8')
  const statements = []
  for (const { doc, text } of topLevel(source.split('\n'))) {
    if (!text.startsWith('export ')) continue
    const [, names, from] = /^export (?:type )?\{([^}]*)\}(?: from '([^']*)')?;$/.exec(text) ?? []
    const [, name] = /^export (?:declare )?(?:abstract )?(?:const|function|class|type|interface) (\w+)/.exec(text) ?? []
    if (names !== undefined) statements.push({ reexports: namesIn(names), from })
    else if (name !== undefined) statements.push({ name, doc, text })
    else throw new Error(`${file}: what is exported by "${text.slice(0, 60)}"?`)
  }
  const result = { statements, source }
  parsed.set(file, result)
  return result
}

/** Each statement with the docstring right before it. */
function* topLevel(lines) {
  let doc = []
  let text = []
  let depth = 0
  let commented = false
  for (const line of lines) {
    if (text.length === 0 && (commented || line.startsWith('/**'))) {
      doc = commented ? [...doc, line] : [line]
      commented = !line.endsWith('*/')
      continue
    }
    if (text.length === 0 && (line === '' || line.startsWith('//'))) continue
    text.push(line)
    if (!/^\s*(\/\*\*|\*)/.test(line)) depth += count(line, /[{(]/g) - count(line, /[})]/g)
    if (depth > 0 || !/[;}]$/.test(line)) continue
    yield { doc: doc.join('\n'), text: text.join('\n') }
    doc = []
    text = []
  }
}

function count(line, pattern) {
  return line.match(pattern)?.length ?? 0
}

function namesIn(list) {
  return list
    .split(',')
    .map(name => name.trim().replace(/^type /, ''))
    .filter(name => name !== '')
}

/** Without what only the class itself can reach. */
function publicPart(text) {
  return text
    .replaceAll(/^export (declare )?/g, '')
    .replaceAll(/^ {4}(?:#|private )[^\n]*\n/gm, '')
    .replaceAll(/^( +)/gm, spaces => ' '.repeat(spaces.length / 2))
    .trimEnd()
}

function proseOf(doc) {
  const lines = doc
    .replace(/^\/\*\*\s?/, '')
    .replace(/\s*\*\/$/, '')
    .split('\n')
    .map(line => line.replace(/^\s*\* ?/, ''))
  return lines
    .join('\n')
    .replaceAll(/^@param (\S+)\s*/gm, '\n- `$1`: ')
    .replaceAll(/^@returns\s*/gm, '\nReturns ')
    .replaceAll(/^@throws\s*/gm, '\nThrows ')
    .trim()
}
