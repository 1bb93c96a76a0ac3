import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BtPlugin, PeerSource, Tracker, WireExtension } from '../../src/lib/plugin/api.ts'
import { PluginRegistry, type HookOutcome } from '../../src/lib/plugin/registry.ts'

const tracker = (...schemes: `${string}:`[]): Tracker => ({
  schemes,
  announce: () => Promise.reject(new Error('fake')),
})
const extension = (name: string): WireExtension => ({
  name,
  open: () => ({ connect: () => ({ onHandshake: () => {}, onMessage: () => {} }) }),
})
const source = (name: string): PeerSource => ({
  name,
  async *peers() {
    yield []
  },
})
const outcome = (name: string, origin: string, plugin: Omit<BtPlugin, 'api'>): HookOutcome => ({
  name,
  origin,
  plugin: { api: 1, ...plugin },
})

describe('precedence', () => {
  const core = tracker('udp:', 'http:')
  const user = tracker('udp:')
  const linked = extension('ut_pex')
  const outcomes = [
    outcome('@bt-toolbox/b', 'core', { trackers: [core], extensions: [extension('ut_pex'), extension('core_only')] }),
    outcome('zz-user', 'user', { trackers: [user], sources: [source('file')] }),
    outcome('yy-link', 'link', { extensions: [linked] }),
    outcome('@bt-toolbox/a', 'core', { sources: [source('file'), source('dht')] }),
  ]

  it('has what the user installed or linked before what is bundled, then the order of names', () => {
    const { plugins, extensions, sources } = new PluginRegistry(outcomes)
    expect(plugins.map(({ name }) => name)).toEqual(['yy-link', 'zz-user', '@bt-toolbox/a', '@bt-toolbox/b'])
    expect(extensions.map(({ name }) => name)).toEqual(['ut_pex', 'core_only'])
    expect(extensions[0]).toBe(linked)
    expect(sources.map(({ name }) => name)).toEqual(['file', 'dht'])
  })

  it('gives a scheme to the first plugin that has it', () => {
    const registry = new PluginRegistry(outcomes)
    expect(registry.trackerFor(new URL('udp://tracker.test:80/announce'))).toBe(user)
    expect(registry.trackerFor(new URL('HTTP://tracker.test/announce'))).toBe(core)
    expect(registry.trackerFor(new URL('wss://tracker.test'))).toBeUndefined()
    expect(registry.problems).toEqual([])
  })

  it('does not depend on which hook was done first', () => {
    const names = (registry: PluginRegistry) => [
      registry.plugins.map(({ name }) => name),
      registry.extensions.map(({ name }) => name),
      registry.trackerFor(new URL('udp://t')) === user,
    ]
    const expected = names(new PluginRegistry(outcomes))
    fc.assert(
      fc.property(fc.shuffledSubarray(outcomes, { minLength: outcomes.length }), shuffled => {
        expect(names(new PluginRegistry(shuffled))).toEqual(expected)
      }),
    )
  })

  it('reports two plugins of one rank that claim the same', () => {
    const registry = new PluginRegistry([
      outcome('two', 'user', { trackers: [tracker('udp:')], extensions: [extension('x')] }),
      outcome('one', 'link', { trackers: [user], extensions: [extension('x')] }),
    ])
    expect(registry.trackerFor(new URL('udp://t'))).toBe(user)
    expect(registry.problems).toEqual([
      'plugin two: its tracker for udp: is not used, since one has one too; uninstall one of them',
      'plugin two: its extension x is not used, since one has one too; uninstall one of them',
    ])
  })
})

describe('a plugin that does not fit', () => {
  const good = outcome('good', 'user', { extensions: [extension('x')] })
  const problemOf = (plugin: unknown, origin = 'user'): string => {
    const registry = new PluginRegistry([{ name: 'bad', origin, plugin }, good])
    expect(registry.plugins.map(({ name }) => name)).toEqual(['good'])
    expect(registry.problems).toHaveLength(1)
    return registry.problems[0] ?? ''
  }

  it('is named, with what to do, when it threw', () => {
    const registry = new PluginRegistry([{ name: 'bad', origin: 'user', error: new Error('no disk') }, good])
    expect(registry.plugins.map(({ name }) => name)).toEqual(['good'])
    expect(registry.problems).toEqual([
      'plugin bad was left out: its bt:plugin hook failed: no disk; update it, or remove it with "bt plugins uninstall bad"',
    ])
  })

  it('is named when it speaks another version', () => {
    expect(problemOf({ api: 2 })).toBe(
      'plugin bad was left out: it speaks version 2 of the plugin contract, this bt version 1; update bt or the plugin, or remove it with "bt plugins uninstall bad"',
    )
    expect(problemOf({})).toContain('does not say which version')
  })

  it('is not for the user to remove when it is bundled', () => {
    expect(problemOf({ api: 2 }, 'core')).toContain('or install bt anew')
  })

  it.each([
    [undefined, 'returned nothing'],
    [[], 'returned a list'],
    ['text', 'returned a string'],
    [{ api: 1, trackers: {} }, 'has an object as its trackers'],
    [{ api: 1, trackers: [undefined] }, 'has nothing among its trackers'],
    [{ api: 1, trackers: [{ schemes: ['udp'], announce() {} }] }, 'list of URL schemes'],
    [{ api: 1, trackers: [{ schemes: [], announce() {} }] }, 'list of URL schemes'],
    [{ api: 1, trackers: [{ schemes: ['udp:'] }] }, 'without announce()'],
    [{ api: 1, trackers: [{ schemes: ['udp:'], announce() {}, scrape: true }] }, 'whose scrape is not a function'],
    [{ api: 1, extensions: [{ name: '', open() {} }] }, 'without a name'],
    [{ api: 1, extensions: [{ name: 'ut_x' }] }, 'without open()'],
    [{ api: 1, sources: [{ peers() {} }] }, 'without a name'],
    [{ api: 1, sources: [{ name: 'dht' }] }, 'without peers()'],
    [{ api: 1, sources: [{ name: 'dht', peers() {}, allowPrivate: 'yes' }] }, 'whose allowPrivate is not a boolean'],
  ])('is named when its shape is wrong: %j', (plugin, fault) => {
    expect(problemOf(plugin)).toContain(fault)
  })

  it('is named when it can not even be looked at', () => {
    const trap = Object.defineProperty({ api: 1 }, 'trackers', {
      get: () => {
        throw new Error('trap')
      },
    })
    expect(problemOf(trap)).toContain('can not be read')
  })

  it('never throws, whatever a hook returned', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), plugin => {
        const registry = new PluginRegistry([{ name: 'odd', origin: 'user', plugin }])
        expect(registry.plugins.length + registry.problems.length).toBe(1)
      }),
    )
  })
})
