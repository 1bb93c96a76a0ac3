// What bt loads: HTTP and HTTPS trackers.
import type { PluginHook } from 'bt-toolbox/plugin'
import { httpTracker } from './tracker.ts'

const hook: PluginHook = async ({ kit }) => ({ api: 1, trackers: [httpTracker(kit)] })

export default hook
