import { expect, test } from 'vitest'
import { createEngine } from '../../src/lib/engine/engine.ts'
import { loadProgramPlugins } from '../../src/lib/engine/program-plugins.ts'
import type { BtPlugin, Tracker } from '../../src/lib/plugin/api.ts'
import { toolkit } from '../../src/lib/plugin/toolkit.ts'
import { FakeTracker, TRACKER_URL } from './support/plugins.ts'

const url = new URL(TRACKER_URL)

test('are asked with the toolkit, and come in their order', async () => {
  const [one, two]: Tracker[] = [
    new FakeTracker(),
    { schemes: ['other:'], announce: () => Promise.reject(new Error()) },
  ]
  const registry = await loadProgramPlugins([
    async ({ kit }) => ({ api: 1, trackers: kit === toolkit && one !== undefined ? [one] : [] }),
    () => ({ api: 1, trackers: two === undefined ? [] : [two] }),
  ])
  expect(registry.trackerFor(url)).toBe(one)
  expect(registry.plugins.slice(0, 2).map(({ name }) => name)).toEqual(['plugins[0]', 'plugins[1]'])
})

test.each<[string, () => unknown, string]>([
  ['throws', () => Promise.reject(new Error('boom')), 'plugins[0] was left out: its bt:plugin hook failed: boom'],
  ['has another version', () => ({ api: 2 }), 'plugins[0] was left out: it speaks version 2'],
])('one that %s is an error of the program', async (_, hook, message) => {
  const plugins = [hook as () => BtPlugin]
  await expect(createEngine({ port: false, plugins })).rejects.toMatchObject({
    code: 'PLUGIN_FAILED',
    message: expect.stringContaining(message),
  })
})
