import { Config } from '@oclif/core'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BUNDLED_PLUGINS, loadBundledPlugins, loadPlugins } from '../../src/lib/plugin/load.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'

const TRACKER = `{ schemes: ['test:'], announce: async () => ({ peers: [], interval: 60 }) }`

describe('loadPlugins', () => {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bt-load-'))
  })
  afterEach(async () => {
    vi.useRealTimers()
    await rm(root, { recursive: true })
  })

  it('calls each hook with the toolkit', async () => {
    const config = await host(root, {
      good: `async ({ kit }) => ({ api: 1, sources: [{ name: kit.hex(Uint8Array.of(0xb7)), async *peers() {} }] })`,
    })
    const { sources, problems } = await loadPlugins(config)
    expect(problems).toEqual([])
    expect(sources.map(({ name }) => name)).toEqual(['b7'])
  })

  it('leaves out what fails, one problem each, and keeps the rest', async () => {
    const config = await host(root, {
      asks_exit: `async function () { this.exit(3) }`,
      asks_error: `async function () { this.error('boom') }`,
      good: `async () => ({ api: 1, trackers: [${TRACKER}] })`,
      old: `async () => ({ api: 0 })`,
      throws: `async () => { throw new Error('bang') }`,
      void_: `async () => {}`,
    })
    const registry = await loadPlugins(config)
    expect(registry.plugins.map(({ name }) => name)).toEqual(['good'])
    expect(registry.trackerFor(new URL('test://t'))).toBeDefined()
    expect(registry.problems).toEqual([
      expect.stringContaining('plugin asks_error was left out: its bt:plugin hook failed: boom'),
      expect.stringContaining('plugin asks_exit was left out'),
      expect.stringContaining('plugin old was left out: it speaks version 0'),
      expect.stringContaining('plugin throws was left out: its bt:plugin hook failed: bang'),
      expect.stringContaining('plugin void_ was left out: it returned nothing'),
    ])
  })

  it('does not wait for ever for a hook', async () => {
    const config = await host(root, {
      good: `async () => ({ api: 1, trackers: [${TRACKER}] })`,
      hangs: `() => new Promise(() => {})`,
    })
    const { plugins, problems } = await loadPlugins(config, 20)
    expect(plugins.map(({ name }) => name)).toEqual(['good'])
    expect(problems).toEqual([
      expect.stringContaining('plugin hangs was left out: its bt:plugin hook failed: no answer within 20 ms'),
    ])
  })

  it('does not wait for ever for a module, and keeps the others', async () => {
    const config = await host(root, {
      good: `async () => ({ api: 1, trackers: [${TRACKER}] })`,
      stuck: `async () => ({ api: 1 })\nawait new Promise(() => {})`,
    })
    const { plugins, problems } = await loadPlugins(config, 200)
    expect(plugins.map(({ name }) => name)).toEqual(['good'])
    expect(problems).toEqual([
      expect.stringContaining('plugin stuck was left out: its bt:plugin hook failed: no answer within 200 ms'),
    ])
  })

  it('leaves out who can not be imported, or exports no hook', async () => {
    const config = await host(root, {
      empty: `1`,
      good: `async () => ({ api: 1, trackers: [${TRACKER}] })`,
      lost: `0\nimport 'not-installed-anywhere'`,
      throws: `0\nthrow new Error('at import')`,
    })
    const { plugins, problems } = await loadPlugins(config)
    expect(plugins.map(({ name }) => name)).toEqual(['good'])
    expect(problems).toEqual([
      expect.stringContaining('plugin empty was left out: its bt:plugin hook failed: hookFn.call is not a function'),
      expect.stringMatching(/^plugin lost was left out: .*Cannot find package 'not-installed-anywhere'/),
      expect.stringContaining('plugin throws was left out: its bt:plugin hook failed: at import'),
    ])
  })
})

describe('loadBundledPlugins', () => {
  it('calls the default export of each package as oclif would', async () => {
    const imported: string[] = []
    const registry = await loadBundledPlugins(name => {
      imported.push(name)
      return Promise.resolve({
        async default(this: { debug: unknown }, { kit }: { kit: unknown }) {
          expect(kit).toBe(toolkit)
          expect(typeof this.debug).toBe('function')
          return { api: 1 }
        },
      })
    })
    expect(imported).toEqual([...BUNDLED_PLUGINS])
    expect(registry.problems).toEqual([])
    expect(registry.plugins.map(({ name }) => name)).toEqual([...BUNDLED_PLUGINS])
  })

  it('gives no privilege: what fails is left out', async () => {
    const modules: Record<string, unknown> = {
      '@bt-toolbox/tracker-http': { default: () => new Promise(() => {}) },
      '@bt-toolbox/tracker-udp': { notDefault: true },
    }
    const load = (name: string) =>
      name in modules ? Promise.resolve(modules[name]) : Promise.reject(new Error('not installed'))
    const { plugins, problems } = await loadBundledPlugins(load, 5)
    expect(plugins).toEqual([])
    expect(problems).toEqual([
      expect.stringContaining('tracker-http was left out: its bt:plugin hook failed: no answer within 5 ms'),
      expect.stringContaining(
        'tracker-udp was left out: its bt:plugin hook failed: its default export is not a function',
      ),
      expect.stringContaining('ut-metadata was left out: its bt:plugin hook failed: not installed'),
    ])
  })
})

/** A real oclif host with a plugin for each hook; the values are the source of the hook function. */
async function host(root: string, hooks: Readonly<Record<string, string>>): Promise<Config> {
  const names = Object.keys(hooks)
  const dependencies = Object.fromEntries(names.map(name => [name, '1.0.0']))
  await writePackage(root, { name: 'host', dependencies, oclif: { bin: 'host', plugins: names } })
  for (const [name, hook] of Object.entries(hooks)) {
    const folder = join(root, 'node_modules', name)
    await writePackage(folder, { name, oclif: { hooks: { 'bt:plugin': './hook.js' } } })
    await writeFile(join(folder, 'hook.js'), `export default ${hook}\n`)
  }
  return Config.load({ root, userPlugins: false, devPlugins: false })
}

async function writePackage(folder: string, fields: object): Promise<void> {
  await mkdir(folder, { recursive: true })
  const manifest = { version: '1.0.0', type: 'module', files: [], ...fields }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
}
