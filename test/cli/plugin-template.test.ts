// A plugin as its author sees it: written by `bt plugin_template`, built and tested with the packed bt-toolbox, then
// installed, linked and used. No registry is asked.
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { installPacked, pack, ROOT, type PackedBt } from './support/packed.ts'

const run = promisify(execFile)
const TORRENT = join(ROOT, 'test/fixtures/v1-single.torrent')

let packed: PackedBt
let folder = ''

beforeAll(async () => {
  packed = await installPacked()
  const { stdout, code } = await packed.bt(['plugin_template', '@me/bt-plugin-web-list', '--json'])
  expect(code).toBe(0)
  folder = (JSON.parse(stdout) as { readonly folder: string }).folder
  await install(folder)
}, 120_000)
afterAll(() => packed.remove())

/** What `npm install` would bring: bt-toolbox from its tarball, the rest as it is in this checkout. */
async function install(into: string): Promise<void> {
  const modules = join(into, 'node_modules')
  await mkdir(modules)
  const from = join(packed.folder, 'app', 'node_modules')
  for (const name of ['bt-toolbox', 'typescript', '@typescript', '@types', '@oclif', 'undici-types']) {
    await symlink(join(from, name), join(modules, name))
  }
}

async function npm(script: string, cwd: string): Promise<string> {
  const bin = join(ROOT, 'node_modules', '.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` }
  const { stdout } = await run('npm', ['run', '--silent', script], { cwd, env })
  return stdout
}

interface Described {
  readonly name: string
  readonly origin: string
  readonly api?: number
  readonly problem?: string
  readonly trackers: readonly { readonly name: string; readonly used: boolean }[]
  readonly commands: readonly { readonly name: string; readonly used: boolean }[]
}

async function plugins(...flags: readonly string[]): Promise<readonly Described[]> {
  return JSON.parse((await packed.bt(['plugins', '--json', ...flags])).stdout) as readonly Described[]
}

describe('a plugin from the template', () => {
  it('builds, and passes its tests, which hold it to the contract', async () => {
    const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    expect(scripts['test']).toContain('npm run build')
    const report = await npm('test', folder)
    expect(report).toMatch(/^(# |ℹ )fail 0$/m)
    expect(Number(/^(?:# |ℹ )pass (\d+)$/m.exec(report)?.[1])).toBeGreaterThan(20)
  })

  it('of one kind alone has that alone, and compiles', async () => {
    const kinds = ['tracker', 'extension', 'source', 'command']
    const built = kinds.map(async kind => {
      const name = `bt-plugin-only-${kind}`
      const { stdout } = await packed.bt(['plugin_template', name, `--${kind}`])
      const own = join(packed.cwd, name)
      await install(own)
      await npm('build', own)
      expect(stdout.split('\n').filter(file => file.includes('/test/'))).toEqual([`${name}/test/${kind}.test.ts`])
      expect(await readdir(join(own, 'dist', 'test'))).toEqual([`${kind}.test.js`])
    })
    await Promise.all(built)
  })

  it('is packed, installed, shown, used, and linked in place of the installed one', async () => {
    const tarball = await pack(folder, packed.folder)
    const installed = await packed.bt(['plugins', 'install', `file:${tarball}`])
    expect(installed).toMatchObject({ code: 0 })
    expect(installed.stderr).toContain('a plugin runs inside of bt with all your rights')

    const { stdout } = await packed.bt(['plugins'])
    expect(stdout).toBe(
      [
        '@me/bt-plugin-web-list 0.1.0 (api 1)',
        '  trackers: web-list+http:, web-list+https:',
        '  extensions: bt_web_list',
        '  peer sources: web-list',
        '  commands: web_list_size',
        '',
      ].join('\n'),
    )
    expect(await packed.bt(['web_list_size', TORRENT])).toMatchObject({ code: 0, stderr: '' })

    expect(await packed.bt(['plugins', 'link', '--no-install', folder])).toMatchObject({ code: 0 })
    expect(await plugins()).toEqual([
      expect.objectContaining({ name: '@me/bt-plugin-web-list', origin: 'linked', api: 1 }),
    ])
    expect(await packed.bt(['plugins'])).toMatchObject({ stderr: '' })
    expect(await packed.bt(['plugins', 'uninstall', '@me/bt-plugin-web-list'])).toMatchObject({ code: 0 })
    expect(await plugins()).toEqual([])
  })

  it('is not written over anything', async () => {
    const again = await packed.bt(['plugin_template', 'bt-plugin-x', '-o', basename(folder)])
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(await packed.bt(['plugin_template', 'Not A Name'])).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('the plugin that docs/PLUGINS.md shows', () => {
  it('builds and passes its tests as it stands there', async () => {
    const own = join(packed.cwd, 'shown')
    const page = await readFile(join(ROOT, 'docs', 'PLUGINS.md'), 'utf8')
    const files = [...page.matchAll(/```ts\n\/\/ (\S+)\n([^]*?)```/g)]
    expect(files.map(([, path]) => path)).toContain('test/plugin.test.ts')
    for (const [, path = '', text = ''] of files) {
      await mkdir(dirname(join(own, path)), { recursive: true })
      await writeFile(join(own, path), text)
    }
    await writeFile(join(own, 'package.json'), await readFile(join(folder, 'package.json')))
    await writeFile(join(own, 'tsconfig.json'), await readFile(join(folder, 'tsconfig.json')))
    await install(own)
    expect(await npm('test', own)).toMatch(/^(# |ℹ )fail 0$/m)
  })
})

describe('bt plugins', () => {
  it('says nothing to stdout where none is installed, and has the bundled ones with --core', async () => {
    expect(await packed.bt(['plugins'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('--core'),
    })
    const core = await plugins('--core')
    expect(core.find(({ name }) => name === '@bt-toolbox/tracker-udp')).toMatchObject({
      origin: 'bundled',
      api: 1,
      trackers: [{ name: 'udp:', used: true }],
    })
  })

  it('names who is left out, and what of two is not used', async () => {
    const tracker = `trackers: [{ schemes: ['udp:', 'lab:'], announce: async () => ({ peers: [], interval: 60 }) }]`
    const hooks: Readonly<Record<string, string>> = {
      'bt-plugin-bang': `throw new Error('bang')\nexport default async () => ({ api: 1 })`,
      'bt-plugin-old': 'export default async () => ({ api: 0 })',
      'bt-plugin-one': `export default async () => ({ api: 1, ${tracker} })`,
      'bt-plugin-two': `export default async () => ({ api: 1, ${tracker} })`,
    }
    for (const [name, hook] of Object.entries(hooks)) {
      const root = join(packed.folder, name)
      await mkdir(root)
      const oclif = { hooks: { 'bt:plugin': './hook.js' } }
      await writeFile(join(root, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', oclif }))
      await writeFile(join(root, 'hook.js'), `${hook}\n`)
      expect(await packed.bt(['plugins', 'link', '--no-install', root])).toMatchObject({ code: 0 })
    }
    onTestFinished(async () => void (await packed.bt(['plugins', 'reset'])))
    const [bang, old, one, two] = await plugins()
    expect(bang).toMatchObject({ name: 'bt-plugin-bang', problem: expect.stringContaining('bang; update it') })
    expect(old).toMatchObject({ name: 'bt-plugin-old', problem: expect.stringContaining('version 0') })
    expect(one?.trackers).toEqual([
      { name: 'udp:', used: true },
      { name: 'lab:', used: true },
    ])
    expect(two?.trackers).toEqual([
      { name: 'udp:', used: false },
      { name: 'lab:', used: false },
    ])
    const core = await plugins('--core')
    expect(core.find(({ name }) => name.endsWith('tracker-udp'))?.trackers).toEqual([{ name: 'udp:', used: false }])

    // The command itself goes on.
    expect(await packed.bt(['decode', '5:hello'])).toEqual({ code: 0, stdout: '"hello"\n', stderr: '' })
    const peers = await packed.bt(['peers', TORRENT, '--tracker', 'lab://t/'])
    expect(peers.stderr).toMatch(/plugin bt-plugin-bang was left out[^]*plugin bt-plugin-two: its tracker for lab:/)
  })
})
