// What bt loads: UDP trackers.
import type { PluginHook } from 'bt-toolbox/plugin'
import { udpTracker } from './tracker.ts'

const hook: PluginHook = async ({ kit }) => ({ api: 1, trackers: [udpTracker(kit)] })

export default hook
