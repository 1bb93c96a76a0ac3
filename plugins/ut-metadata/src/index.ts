// The hook that oclif calls: the one entry of this package.
import type { PluginHook } from 'bt-toolbox/plugin'
import { utMetadata } from './extension.ts'

const hook: PluginHook = async ({ kit }) => ({ api: 1, extensions: [utMetadata(kit)] })

export default hook
