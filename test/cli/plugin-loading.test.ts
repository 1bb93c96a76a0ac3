// Plugins whose commands can not be loaded: oclif imports those of a plugin without a manifest before it runs anything.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { oclifWarning } from '../../src/cli/oclif-warnings.ts'
import { bt, tempFolder } from './support/run-bt.ts'

/** Plugins without a hook, each with one command: the source of its module. */
function linked(commands: Readonly<Record<string, string>>): { readonly env: Readonly<Record<string, string>> } {
  const data = tempFolder()
  const plugins = Object.entries(commands).map(([name, source]) => {
    const root = join(tempFolder(), name)
    mkdirSync(join(root, 'commands'), { recursive: true })
    const about = { name, version: '1.0.0', type: 'module', oclif: { commands: './commands' } }
    writeFileSync(join(root, 'package.json'), JSON.stringify(about))
    writeFileSync(join(root, 'commands', 'odd.js'), source)
    return { name, root, type: 'link' }
  })
  writeFileSync(join(data, 'package.json'), JSON.stringify({ oclif: { schema: 1, plugins } }))
  return { env: { BT_DATA_DIR: data } }
}

test('a command that throws when it is loaded is left out, in one line', async () => {
  const { stdout, stderr, code } = await bt(['decode', '5:hello'], linked({ boom: `throw new Error('boom')` }))
  expect({ stdout, code }).toEqual({ stdout: '"hello"\n', code: 0 })
  expect(stderr).toBe(
    'warning: plugin boom: its command odd was left out: boom; update it, or remove it with "bt plugins uninstall boom"\n',
  )
})

test('one that never ends loading leaves the plugins out, and can be uninstalled', async () => {
  const options = linked({ stuck: 'await new Promise(() => {})' })
  const { stdout, stderr, code } = await bt(['decode', '5:hello'], options)
  expect({ stdout, code }).toEqual({ stdout: '"hello"\n', code: 0 })
  expect(stderr).toMatch(/^warning: the plugins that you installed are left out: a command of stuck did not load/)
  expect(await bt(['plugins', 'uninstall', 'stuck'], options)).toMatchObject({ code: 0 })
  expect(await bt(['decode', '5:hello'], options)).toEqual({ stdout: '"hello"\n', stderr: '', code: 0 })
})

test('what can not be linked, since it never ends loading, says so', async () => {
  const root = tempFolder()
  mkdirSync(join(root, 'commands'))
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'stuck', version: '1.0.0', type: 'module', oclif: { commands: './commands' } }),
  )
  writeFileSync(join(root, 'commands', 'odd.js'), 'await new Promise(() => {})')
  const { stderr, code } = await bt(['plugins', 'link', '--no-install', root])
  expect(code).toBe(1)
  expect(stderr).toContain('\nbt: a plugin never ends loading; report it to its author\n')
})

/** A linked plugin that is no more than this hook. */
function hooked(source: string): { readonly env: Readonly<Record<string, string>> } {
  const [data, root] = [tempFolder(), tempFolder()]
  const about = { name: 'odd', version: '1.0.0', type: 'module', oclif: { hooks: { 'bt:plugin': './hook.js' } } }
  writeFileSync(join(root, 'package.json'), JSON.stringify(about))
  writeFileSync(join(root, 'hook.js'), source)
  const plugins = [{ name: 'odd', root, type: 'link' }]
  writeFileSync(join(data, 'package.json'), JSON.stringify({ oclif: { schema: 1, plugins } }))
  return { env: { BT_DATA_DIR: data } }
}

test('what a plugin prints while it is loaded is no part of the result', async () => {
  const options = hooked(
    `console.log('from the module'); export default () => { process.stdout.write('from the hook\\n'); return { api: 1 } }`,
  )
  const { stdout, stderr, code } = await bt(['plugins', '--json'], options)
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject([{ name: 'odd' }])
  expect(stderr).toBe('from the module\nfrom the hook\n')
})

test('one that ends the program is named, and the program has failed', async () => {
  const { stdout, stderr, code } = await bt(['plugins'], hooked('export default () => process.exit(0)'))
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 })
  expect(stderr).toBe('bt: a plugin ended the program while it was loaded, one of odd; uninstall it\n')
})

test('warnings that are not about a plugin stay as they are', () => {
  expect(oclifWarning('module: @oclif/core@4.14.0\ntask: toCached\nmessage: x')).toBeUndefined()
  expect(oclifWarning('plugin: x\nmessage: y')).toBeUndefined()
})
