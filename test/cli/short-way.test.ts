import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Config } from '@oclif/core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { configFolder, dataFolder } from '../../src/cli/folders.ts'
import { BUNDLED_PLUGINS } from '../../src/lib/plugin/load.ts'
import { ROOT } from './support/packed.ts'
import { bt, tempFolder, type BtOptions, type BtResult } from './support/run-bt.ts'

const TORRENT = join(ROOT, 'test/fixtures/v1-multi.torrent')
const MAGNET = 'magnet:?xt=urn:btih:c5fb9894bdaba464811b088d806bdd611ba490af'

/** Every file that a run loads, relative to the project; V8 lists them for its coverage. */
async function filesLoaded(args: readonly string[], options: BtOptions = {}, exitCode = 0): Promise<readonly string[]> {
  const folder = tempFolder()
  const { code } = await bt(args, { ...options, env: { ...options.env, NODE_V8_COVERAGE: folder } })
  expect(code).toBe(exitCode)
  return readdirSync(folder).flatMap(file => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { result: readonly { url: string }[] }
    return result
      .map(({ url }) => /^file:.*?\/((?:bin|bundle|dist|node_modules)\/.*)$/.exec(url)?.[1] ?? '')
      .filter(Boolean)
  })
}

const fromOclif = (files: readonly string[]): readonly string[] => files.filter(file => file.includes('@oclif/core/'))

/** Of the chunks with names of their own (scripts/bundle.mjs, and the module that is the whole engine). */
const large = (files: readonly string[]): readonly string[] =>
  ['engine', 'metainfo', 'storage'].filter(name => files.includes(`bundle/chunks/${name}.js`))

describe('what a command loads', () => {
  test.each([
    ['decode', ['decode', '5:hello'], []],
    ['magnet_parse', ['magnet_parse', MAGNET], ['metainfo']],
    ['info', ['info', TORRENT], ['metainfo']],
  ])('%s: its own few files, and no package', async (name, args, chunks) => {
    const files = await filesLoaded(args)
    expect(files).toContain(`bundle/commands/${name}.js`)
    expect(files.filter(file => !/^(bin|bundle)\//.test(file))).toEqual([])
    expect(large(files)).toEqual(chunks)
    expect(files.length).toBeLessThan(30)
  })

  test('download: the engine as well, and still no hundred files', async () => {
    const files = await filesLoaded(['download', '/no/such.torrent'], {}, 8)
    expect(large(files)).toEqual(['engine', 'metainfo', 'storage'])
    expect(files.length).toBeLessThan(60)
  })
})

describe('the long way', () => {
  test.each<[string, readonly string[], Record<string, string>]>([
    ['for help', ['--help'], {}],
    ['for help on a command', ['decode', '--help'], {}],
    ['for a command of a bundled plugin of oclif', ['plugins'], {}],
    ['for words that are not plain', ['decode', '--', '5:hello'], {}],
    ["where oclif's debugging output is asked for", ['decode', '5:hello'], { DEBUG: 'nothing' }],
  ])('%s', async (_, args, env) => {
    expect(fromOclif(await filesLoaded(args, { env }))).not.toEqual([])
  })

  test('is taken where a user has a plugin, whose hooks are called', async () => {
    const { env, uninstall } = withPlugin('process.stderr.write("the hook was called\\n")')
    expect(await bt(['decode', '5:hello'], { env })).toEqual(said('the hook was called\n'))
    uninstall()
    expect(await bt(['decode', '5:hello'], { env })).toEqual(said(''))
    expect(fromOclif(await filesLoaded(['decode', '5:hello'], { env }))).toEqual([])
  })

  test.skipIf(process.platform === 'win32')('is not even begun where the list of plugins would never end', async () => {
    const data = tempFolder()
    const path = join(data, 'package.json')
    execFileSync('mkfifo', [path])
    const { stderr, code } = await bt(['decode', '5:hello'], { env: { BT_DATA_DIR: data } })
    expect([stderr, code]).toEqual([`bt: ${path}, where the list of your plugins belongs, is no file; remove it\n`, 2])
  })

  test('is taken where the list of plugins can not be read, which oclif says', async () => {
    const data = tempFolder()
    writeFileSync(join(data, 'package.json'), '{')
    const { stdout, stderr } = await bt(['decode', '5:hello'], { env: { BT_DATA_DIR: data } })
    expect(stdout).toBe('"hello"\n')
    expect(stderr).toContain('SyntaxError')
  })
})

test('no package that comes with bt has a hook of which the short way does not know', () => {
  const hooksOf = (folder: string): readonly string[] => Object.keys(aboutOf(folder).oclif.hooks ?? {})
  const { plugins = [] } = aboutOf(ROOT).oclif
  const withHooks = plugins.filter(name => hooksOf(join(ROOT, 'node_modules', name)).includes('bt:plugin'))
  expect(withHooks).toEqual([...BUNDLED_PLUGINS])
  // `update` and `plugins:…` are called by commands of oclif's alone, `bt:host` by those of other people's plugins.
  // `command_not_found` comes where there is no command to run, and so nothing short.
  const known = ['bt:plugin', 'bt:host', 'plugins:preinstall', 'update', 'command_not_found']
  const hooks = [ROOT, ...plugins.map(name => join(ROOT, 'node_modules', name))].flatMap(hooksOf)
  expect(hooks.filter(hook => !known.includes(hook))).toEqual([])
})

describe('the folders where users have plugins and settings', () => {
  afterEach(() => vi.unstubAllEnvs())

  test.each<Record<string, string>>([
    { HOME: '/home/a' },
    { HOME: '' },
    { HOME: '/home/a', XDG_DATA_HOME: '/data' },
    { HOME: '/home/a', XDG_DATA_HOME: '' },
    { HOME: '/home/a', XDG_DATA_HOME: '/data', BT_DATA_DIR: '/own' },
    { HOME: '/home/a', BT_DATA_DIR: '' },
    { HOME: '/home/a', XDG_CONFIG_HOME: '/config' },
    { HOME: '/home/a', XDG_CONFIG_HOME: '/config', BT_CONFIG_DIR: '/own' },
    { HOME: '/home/a', LOCALAPPDATA: '/local' },
  ])('are those that oclif says, with %o', async env => {
    const variables = ['HOME', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'BT_DATA_DIR', 'BT_CONFIG_DIR', 'LOCALAPPDATA']
    for (const name of variables) vi.stubEnv(name, env[name])
    const { dataDir, configDir } = await Config.load({ root: ROOT, userPlugins: false })
    expect([dataFolder(process.env), configFolder(process.env)]).toEqual([dataDir, configDir])
  })

  test('are local ones on Windows', () => {
    expect(dataFolder({ HOME: '/home/a', LOCALAPPDATA: '/local' }, true)).toBe(join('/local', 'bt'))
    expect(configFolder({ HOME: '/home/a', LOCALAPPDATA: '/local' }, true)).toBe(join('/local', 'bt'))
  })
})

interface About {
  readonly oclif: { readonly plugins?: readonly string[]; readonly hooks?: Readonly<Record<string, unknown>> }
}

function aboutOf(folder: string): About {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as About
}

const said = (stderr: string): BtResult => ({ stdout: '"hello"\n', stderr, code: 0 })

/** A linked plugin whose hook runs before every command. */
function withPlugin(statement: string): { readonly env: Record<string, string>; readonly uninstall: () => void } {
  const [data, plugin] = [tempFolder(), join(tempFolder(), 'bt-plugin-loud')]
  mkdirSync(plugin)
  const oclif = { hooks: { prerun: './hook.js' } }
  const about = { name: 'bt-plugin-loud', version: '1.0.0', type: 'module', oclif }
  writeFileSync(join(plugin, 'package.json'), JSON.stringify(about))
  writeFileSync(join(plugin, 'hook.js'), `export default async () => { ${statement} }\n`)
  const list = (plugins: readonly unknown[]): void =>
    writeFileSync(join(data, 'package.json'), JSON.stringify({ oclif: { schema: 1, plugins } }))
  list([{ name: 'bt-plugin-loud', type: 'link', root: plugin }])
  return { env: { BT_DATA_DIR: data }, uninstall: () => list([]) }
}
