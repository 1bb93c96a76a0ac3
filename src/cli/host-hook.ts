// Answers `bt:host`: how a command that a plugin adds reaches the engine, since it can not import bt at run time.
import type { HostHook } from '../lib/plugin/api.ts'
import { createEngine } from '../lib/engine/engine.ts'
import { loadSource } from '../lib/engine/source.ts'
import { loadPlugins } from '../lib/plugin/load.ts'
import { toolkit } from '../lib/plugin/toolkit.ts'

const hook: HostHook = ({ config }) =>
  Promise.resolve({
    api: 1,
    kit: toolkit,
    loadTorrent: loadSource,
    createEngine: async options => createEngine({ ...options, registry: await loadPlugins(config) }),
  })

export default hook
