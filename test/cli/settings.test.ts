import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ON_DONE_VARIABLES, variablesOf } from '../../src/cli/settings.ts'
import { WRITING_COMMANDS } from '../../src/cli/shared-flags.ts'
import manifest from '../../oclif.manifest.json' with { type: 'json' }
import { bt, tempFolder } from './support/run-bt.ts'

/** Its keys are in the wrong order: only `--lenient` shows it. */
const UNSORTED = 'd1:bi1e1:ai2ee'

/** Variables; `toml` is what the configuration file says. */
interface Given {
  readonly toml?: string
  readonly [variable: string]: string | undefined
}

function environment({ toml, ...env }: Given): Record<string, string> {
  const path = join(tempFolder(), 'config.toml')
  if (toml !== undefined) writeFileSync(path, toml)
  const file: Record<string, string> = toml === undefined ? {} : { BT_CONFIG: path }
  return Object.assign(file, env)
}

/** The short way past oclif, and oclif's own. */
const WAYS: readonly (readonly string[])[] = [['decode'], ['decode', '--']]

describe.each(WAYS)('a flag (%s %s)', (...way) => {
  test.each<[string, boolean, Record<string, string>]>([
    ['as it is by default', false, {}],
    ['set for all commands', true, { BT_LENIENT: '1' }],
    ['set for the command', true, { BT_DECODE_LENIENT: 'yes' }],
    ['set for another command', false, { BT_INFO_LENIENT: '1' }],
    ['set to nothing', false, { BT_LENIENT: '' }],
    ['cleared for the command', false, { BT_LENIENT: 'true', BT_DECODE_LENIENT: 'false' }],
    ['set in the file', true, { toml: 'lenient = true' }],
    ['set in the file for the command', true, { toml: '[decode]\nlenient = true' }],
    ['cleared in the file for the command', false, { toml: 'lenient = true\n[decode]\nlenient = false' }],
    ['cleared by a variable', false, { toml: '[decode]\nlenient = true', BT_LENIENT: '0' }],
  ])('%s', async (_, lenient, given) => {
    const { stdout, code } = await bt([...way, UNSORTED], { env: environment(given) })
    expect({ stdout, code }).toEqual(lenient ? { stdout: '{"b":1,"a":2}\n', code: 0 } : { stdout: '', code: 3 })
  })

  test('on the command line counts most', async () => {
    const [command = '', ...rest] = way
    const words = (flag: string): string[] => [command, flag, ...rest, UNSORTED]
    expect((await bt(words('--no-lenient'), { env: { BT_LENIENT: '1' } })).code).toBe(3)
    expect((await bt(words('--lenient'), { env: { BT_DECODE_LENIENT: '0' } })).code).toBe(0)
  })
})

test('the file is in the folder of settings', async () => {
  const folder = tempFolder()
  writeFileSync(join(folder, 'config.toml'), '[decode]\nlenient = true\n')
  expect((await bt(['decode', UNSORTED], { env: { BT_CONFIG_DIR: folder } })).code).toBe(0)
})

test('JSON that is asked for by a setting is had, of results and of errors', async () => {
  const env = { BT_JSON: '1' }
  const magnet = 'magnet:?xt=urn:btih:c5fb9894bdaba464811b088d806bdd611ba490af'
  expect(JSON.parse((await bt(['magnet_parse', magnet], { env })).stdout)).toHaveProperty('infoHash')
  expect(JSON.parse((await bt(['nope'], { env })).stdout)).toMatchObject({ error: { code: 'USAGE' } })
  expect((await bt(['magnet_parse', magnet, '--no-json'], { env })).stdout).toMatch(/^Info Hash: /)
})

test('several values, of a variable and of a file, and what is required', async () => {
  const torrent = join(import.meta.dirname, '../fixtures/v1-multi.torrent')
  const folder = tempFolder()
  writeFileSync(join(folder, 'a'), 'a')
  for (const given of [
    { BT_CREATE_TRACKER: 'http://127.0.0.1:1/announce udp://127.0.0.1:2' },
    { toml: '[create]\ntracker = ["http://127.0.0.1:1/announce", "udp://127.0.0.1:2"]' },
  ]) {
    const { stdout } = await bt(['create', 'a', '-o', 'x', '--force', '--json'], {
      cwd: folder,
      env: environment(given),
    })
    expect(stdout).toContain('&tr=http%3A%2F%2F127.0.0.1%3A1%2Fannounce&tr=udp%3A%2F%2F127.0.0.1%3A2"')
  }
  // `--output` is required; that nobody can be asked for the piece is said next.
  const env = { BT_OUTPUT: join(folder, 'piece'), BT_STALL_TIMEOUT: '1' }
  const { stderr, code } = await bt(['download_piece', torrent, '99'], { env })
  expect({ stderr, code }).toEqual({ stderr: expect.not.stringContaining('missing'), code: 2 })
})

describe('what is set for all commands changes nothing that is written', () => {
  const torrent = readFileSync(join(import.meta.dirname, '../fixtures/v1-multi.torrent'))
  const URL = 'http://127.0.0.1:1/own'

  describe.each<[string, readonly string[]]>([
    ['the short way', []],
    ['by oclif', ['--']],
  ])('%s', (_, before) => {
    test.each<[string, boolean, (out: string) => Given]>([
      ['by variables', false, out => ({ BT_TRACKER: URL, BT_OUTPUT: out, BT_NO_DATE: '1' })],
      ['by keys of the file', false, out => ({ toml: `tracker = "${URL}"\noutput = "${out}"` })],
      ['but for one command: a variable', true, () => ({ BT_EDIT_TRACKER: URL })],
      ['but for one command: its table', true, () => ({ toml: `[edit]\ntracker = "${URL}"` })],
    ])('%s', async (_, reaches, given) => {
      const folder = tempFolder()
      const path = join(folder, 'a.torrent')
      writeFileSync(path, torrent)
      const env = environment(given(join(folder, 'out')))
      const { code } = await bt(['edit', '-c', 'words', ...before, path], { env: { ...env, BT_JSON: '1' } })
      expect(code).toBe(0)
      const written = readFileSync(path, 'latin1')
      expect(written).toContain('7:comment5:words')
      expect(written.includes(URL)).toBe(reaches)
      expect(existsSync(join(folder, 'out'))).toBe(false)
    })
  })

  test('and each such command says so', async () => {
    for (const command of WRITING_COMMANDS) {
      const { stdout } = await bt([command, '--help'])
      const [, words = ''] = /\nENVIRONMENT\n([^]*?)\n\n/.exec(stdout) ?? []
      expect(words.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`BT_${command.toUpperCase()}_.* sets only global flags`))
    }
  })
})

describe('what is wrong is named, with exit code 2', () => {
  test.each<[string, Record<string, string>, RegExp]>([
    ['a value', { BT_NUMWANT: 'x' }, /^bt: BT_NUMWANT: Expected an integer but received: x\n/],
    ['a value out of bounds', { BT_PEERS_NUMWANT: '0' }, /^bt: BT_PEERS_NUMWANT: .*1/],
    ['neither yes nor no', { BT_JSON: 'perhaps' }, /^bt: BT_JSON: "perhaps" is neither true nor false\n/],
    ['none of the values', { BT_LOG_LEVEL: 'loud' }, /^bt: BT_LOG_LEVEL: "loud" is none of: error, warn/],
    ['a file that is not there', { BT_CONFIG: '/nowhere' }, /^bt: the configuration file .*\/nowhere/],
    ['no TOML', { toml: 'a = 1\nb = [' }, /config\.toml, line 2: /],
    ['an array that ends in a comment', { toml: 'a = [\n4#' }, /config\.toml, line 2: /],
    ['a flag of no command', { toml: 'max-dwn = 1' }, /no command has a flag "max-dwn" \(did you mean max-down\?\)/],
    ['a flag of another command', { toml: '[peers]\nprealloc = true' }, /peers has no flag "prealloc"\n/],
    ['no command', { toml: '[pears]\n' }, /there is no command "pears" \(did you mean peers\?\)/],
    [
      'a key of the file for what is written',
      { toml: 'comment = "a"' },
      /"comment" .* below \[create\] or \[edit\] only/,
    ],
    ['a list', { toml: '[peers]\nnumwant = [1, 2]' }, /peers\.numwant: the flag takes one value, not a list/],
    ['a date', { toml: '[peers]\nnumwant = 2026-01-01' }, /peers\.numwant: a value is a text/],
    ['no value', { toml: '[peers]\nnumwant = true' }, /peers\.numwant: the flag takes a value, not true/],
  ])('%s', async (_, given, message) => {
    const { stdout, stderr, code } = await bt(['peers', 'a.torrent'], { env: environment(given) })
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toMatch(message)
  })

  describe.skipIf(process.platform === 'win32')('a file that is none', () => {
    test.each<[string, (folder: string) => string, RegExp]>([
      ['a folder', folder => folder, /^bt: the configuration file can not be read: .*a folder of that name is there/],
      [
        'a device without end',
        () => '/dev/zero',
        /^bt: \/dev\/zero has more than the 1000000 bytes of a configuration/,
      ],
      [
        'a named pipe',
        folder => {
          execFileSync('mkfifo', [join(folder, 'pipe')])
          return join(folder, 'pipe')
        },
        /^bt: the configuration file can not be read: \/.*pipe is a named pipe; name a file\n/,
      ],
      [
        'a link that leads round',
        folder => {
          symlinkSync('loop', join(folder, 'loop'))
          return join(folder, 'loop')
        },
        /^bt: the configuration file can not be read: ".*" leads round/,
      ],
    ])('%s', async (_, make, message) => {
      const { stderr, code } = await bt(['peers', 'a.torrent'], { env: { BT_CONFIG: make(tempFolder()) } })
      expect(code).toBe(2)
      expect(stderr).toMatch(message)
    })

    test('but a device that has nothing is an empty one', async () => {
      expect((await bt(['decode', 'i1e'], { env: { BT_CONFIG: '/dev/null' } })).code).toBe(0)
    })

    test('and a home that is none has none', async () => {
      const { stdout, stderr } = await bt(['decode', 'i1e'], { env: { XDG_CONFIG_HOME: '/dev/null' } })
      expect({ stdout, stderr }).toEqual({ stdout: '1\n', stderr: '' })
    })

    test('nor does the one that nobody named make it wait', async () => {
      const folder = tempFolder()
      execFileSync('mkfifo', [join(folder, 'config.toml')])
      const { stderr, code } = await bt(['decode', 'i1e'], { env: { BT_CONFIG_DIR: folder } })
      expect({ stderr, code }).toMatchObject({ stderr: expect.stringContaining('is a named pipe') as string, code: 2 })
    })
  })

  test('and help is had all the same', async () => {
    const { stdout, code } = await bt(['peers', '--help'], { env: environment({ toml: '[pears]\n' }) })
    expect(code).toBe(0)
    expect(stdout).toContain('BT_PEERS_TRACKER, or BT_TRACKER')
  })
})

test('no two flags share a variable, and none has one that means something else', () => {
  const others = [
    'BT_CONFIG',
    'BT_CONFIG_DIR',
    'BT_DATA_DIR',
    'BT_CACHE_DIR',
    'BT_NPM_REGISTRY',
    'BT_INTEROP',
    ...ON_DONE_VARIABLES,
  ]
  const owners = new Map<string, Set<string>>(others.map(name => [name, new Set([name])]))
  for (const [command, { flags }] of Object.entries(manifest.commands)) {
    for (const flag of Object.keys(flags)) {
      const [own = '', general] = variablesOf(command, flag)
      owners.set(own, (owners.get(own) ?? new Set()).add(`${command} --${flag}`))
      if (general !== undefined) owners.set(general, (owners.get(general) ?? new Set()).add(`--${flag}`))
    }
  }
  expect([...owners].filter(([, meanings]) => meanings.size > 1)).toEqual([])
})
