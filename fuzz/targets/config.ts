import { utf8 } from '../../src/lib/base/bytes.ts'
import * as toml from 'smol-toml'
import { ConfigFile, findStranger, parseTable, type Vocabulary } from '../../src/cli/config-table.ts'
import { check, wordsOf, type Target } from '../target.ts'

const KNOWN: Vocabulary = new Map([
  ['download', new Set(['output', 'max-down', 'json', 'tracker'])],
  ['seed', new Set(['port', 'json'])],
])

export const config: Target = {
  name: 'config',
  promise: 'a file is settings that are words, or a USAGE error',
  seeds: [
    utf8('output = "/srv"\nmax-down = 1000\njson = true\ntracker = ["a", "b"]\n[seed]\nport = 6881\n'),
    utf8("[download]\noutput = 'x'\nmax-down = 0x1F\n# said\n[seed]\njson = false\n"),
    utf8('tracker = [[1]]\nport = 1979-05-27T07:32:00Z\njson = {a.b = 1}\n'),
    utf8('output = """a\n\\u00e4"""\nport = 1e3\n"max-down" = nan\n'),
  ],
  throws: ['USAGE'],
  words: [
    '[',
    ']',
    '[[',
    '=',
    '"',
    "'",
    '"""',
    '\n',
    '.',
    '{',
    '}',
    ',',
    '#',
    'port',
    'json',
    'seed',
    '__proto__',
    '\\u',
    'inf',
  ],
  run(input) {
    const table = parseTable('config.toml', new TextDecoder().decode(input), toml)
    const stranger = findStranger(table, KNOWN)
    if (stranger !== undefined) return wordsOf(stranger.what)
    const file = new ConfigFile('config.toml', table)
    const kinds: string[] = []
    for (const [command, flags] of KNOWN) {
      for (const flag of flags) {
        const value = (file.ofCommand(command, flag) ?? file.ofAll(flag))?.value
        const words = Array.isArray(value) ? (value as unknown[]) : [value]
        check(
          words.every(each => ['string', 'boolean', 'undefined'].includes(typeof each)),
          'a setting is words',
        )
        kinds.push(Array.isArray(value) ? 'l' : (typeof value).slice(0, 1))
      }
    }
    return kinds.join('')
  },
}
