import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Parser, type Interfaces } from '@oclif/core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { withDefaults } from '../../src/cli/defaults.ts'
import { Settings, variablesOf } from '../../src/cli/settings.ts'
import { parseWords, type Syntax } from '../../src/cli/words.ts'

const FOLDER = new URL('../../src/commands/', import.meta.url)

async function commands(): Promise<(readonly [string, Syntax])[]> {
  const names = readdirSync(FOLDER).map(file => file.replace('.ts', ''))
  return Promise.all(
    names.map(async name => {
      const module = (await import(fileURLToPath(new URL(`${name}.ts`, FOLDER)))) as { readonly default: Syntax }
      return [name, module.default] as const
    }),
  )
}

const HASH = 'c5fb9894bdaba464811b088d806bdd611ba490af'
const LINES: Readonly<Record<string, string>> = {
  completion: 'fish --log-level debug',
  create:
    'folder -o a.torrent -t http://a/,http://b/ --tracker=http://c/ --piece-length 1M --no-date --force --private --exclude *.nfo --sort-by size:desc',
  decode: '5:hello --lenient --json',
  download:
    'a.torrent --peer 127.0.0.1:1 --peer [::1]:2 --select 0,2-4 --sequential --priority a=b=low --priority 0=high --port 0 --debug -o=out --seed --ratio 1.5 --seed-time 1h30m --on-done=true',
  download_magnet: `magnet:?xt=urn:btih:${HASH} --stall-timeout 5 -o -`,
  download_piece: 'a.torrent 3 -o -',
  edit: 'a.torrent --comment= b.torrent --no-private -a http://c/',
  encode: '{"a":1} -o=a',
  handshake: 'a.torrent 127.0.0.1:1',
  info: '- a.torrent --pretty b.torrent',
  link: `${HASH} --select 0,2-4 --peer [::1]:2 --no-trackers`,
  magnet_download_piece: `magnet:?xt=urn:btih:${HASH} 0 --output piece`,
  magnet_handshake: `magnet:?xt=urn:btih:${HASH} --tracker http://a/`,
  magnet_info: `magnet:?xt=urn:btih:${HASH} --save a.torrent --force`,
  magnet_parse: `magnet:?xt=urn:btih:${HASH}&dn=a=b`,
  peers: 'a.torrent --numwant 10 --json',
  plugin_template: 'bt-plugin-web --tracker --source -o folder',
  plugins: '--core',
  announce: 'a.torrent --tracker http://localhost/announce --event none --left 0 --no-compact --param a=b --timeout 5',
  scrape: 'a.torrent b.torrent --timeout 3',
  seed: 'a.torrent b.torrent c.torrent --super-seed --port 0',
  tracker: '--http-port 0 --interval=60 --allow list --max-peers 10 --stats=5 --state s',
  verify: 'a.torrent folder',
}

/** What oclif makes of the words; undefined where it refuses. */
async function oclifs(words: readonly string[], syntax: Syntax): Promise<unknown> {
  const input: Interfaces.Input<object, object, object> = { ...syntax, flags: { ...syntax.baseFlags, ...syntax.flags } }
  return Parser.parse([...words], input).then(
    ({ args, flags, argv }) => ({ args, flags, argv: inAnyOrder(argv) }),
    () => undefined,
  )
}

/** A class does not spread what it inherits. */
function plainSyntax({ args = {}, strict = true }: Syntax): Syntax {
  return { args, strict }
}

/** oclif puts words that stand there twice beside each other, and numbers first; we leave them as they were written. */
const inAnyOrder = (argv: readonly unknown[]): readonly string[] => argv.map(String).sort()

/** Words that mean something to the command, and some that do not. */
function someWords(syntax: Syntax): fc.Arbitrary<string[]> {
  const flags = Object.entries({ ...syntax.baseFlags, ...syntax.flags })
  const names = flags.flatMap(([name, { char }]) => [`--${name}`, `--no-${name}`, `-${char ?? 'q'}`])
  const value = fc.constantFrom('a', '-', '', '0', '7', '-1', '1M', '--', '--json', 'a=b', '127.0.0.1:1', 'http://a/')
  const flag = fc.constantFrom(...names, '--help', '--nope', '-x')
  const joined = fc.tuple(flag, fc.constantFrom('', '='), value).map(parts => parts.join(''))
  return fc.array(fc.oneof({ weight: 4, arbitrary: value }, { weight: 3, arbitrary: flag }, joined), { maxLength: 6 })
}

/** Variables of the user's: for all flags, values of which each takes some. */
function someSettings(name: string, syntax: Syntax): fc.Arbitrary<Settings> {
  const flags = Object.keys({ ...syntax.baseFlags, ...syntax.flags })
  const value = fc.constantFrom('1', '0', 'true', '7', 'info', 'json', 'a', '127.0.0.1:1', 'http://a/', '1M', '')
  const variable = fc.constantFrom(...flags.flatMap(flag => variablesOf(name, flag)))
  return fc.dictionary(variable, value, { maxKeys: 3 }).map(env => new Settings(env))
}

describe.each(await commands())('%s', (name, syntax) => {
  test('a line that is right is read without oclif', async () => {
    const words = LINES[name]?.split(' ') ?? expect.unreachable('give this command a line')
    const parsed = await parseWords(words, syntax)
    expect(parsed).toBeDefined()
    const { argv = [], ...read } = parsed ?? {}
    expect({ ...read, argv: inAnyOrder(argv) }).toMatchObject(
      (await oclifs(words, syntax)) ?? expect.unreachable('oclif refuses the line'),
    )
  })

  test('whatever is read is read as oclif does', async () => {
    await fc.assert(
      fc.asyncProperty(someWords(syntax), async words => {
        const parsed = await parseWords(words, syntax)
        if (parsed === undefined) return
        expect({ ...parsed, argv: inAnyOrder(parsed.argv) }).toEqual(await oclifs(words, syntax))
      }),
      { numRuns: 1000 },
    )
  })

  test("whatever is read is read as oclif does, with the user's own defaults too", async () => {
    await fc.assert(
      fc.asyncProperty(someWords(syntax), someSettings(name, syntax), async (words, settings) => {
        const known = { ...syntax.baseFlags, ...syntax.flags }
        const flags = await withDefaults(name, known, settings).catch(() => undefined)
        if (flags === undefined) return
        const parsed = await parseWords(words, { ...plainSyntax(syntax), flags })
        if (parsed === undefined) return
        expect({ ...parsed, argv: inAnyOrder(parsed.argv) }).toEqual(
          await oclifs(words, { ...plainSyntax(syntax), flags }),
        )
      }),
      { numRuns: 300 },
    )
  })
})

test.each([
  ['help', 'x --help'],
  ['a flag that is none', 'x --nope'],
  ['a flag given twice', '-f a -f b'],
  ['a flag without its value', '--file'],
  ['a flag where a value should be', '--file --json'],
  ['a value joined to its letter', '-fa'],
  ['two letters in one word', '-fj x'],
  ['a value for a flag that takes none', 'x --json=true'],
  ['an argument too many', 'x y'],
  ['the end of flags', '-- x'],
])('%s is left to oclif', async (_, line) => {
  const decode = (await commands()).find(([name]) => name === 'decode')?.[1] ?? {}
  expect(await parseWords(line.split(' '), decode)).toBeUndefined()
})

test('more arguments than have names are in argv, where the command takes them', async () => {
  const seed = (await commands()).find(([name]) => name === 'seed')?.[1] ?? {}
  const { argv } = (await parseWords(['b', 'a', '--port', '1', 'b', 'c'], seed)) ?? {}
  expect(argv).toEqual(['b', 'a', 'b', 'c'])
})

test('a definition that says more than is understood is left to oclif', async () => {
  const { Args, Flags } = await import('@oclif/core')
  const word = Args.string({ required: true, ignoreStdin: true })
  expect(await parseWords(['x'], { args: { word } })).toMatchObject({ args: { word: 'x' }, argv: ['x'] })
  for (const syntax of [
    { args: { word: Args.string({ options: ['y', 'z'], ignoreStdin: true }) } },
    { args: { word: Args.string({ required: true }) } },
    { flags: { a: Flags.string({ env: 'HOME' }) } },
    { flags: { a: Flags.string({ exclusive: ['b'] }) } },
    { flags: { a: Flags.string({ multiple: true }) } },
    { flags: { a: Flags.string({ default: () => Promise.resolve('b') }) } },
  ]) {
    expect(await parseWords(['x'], { args: { word }, ...syntax })).toBeUndefined()
  }
})
