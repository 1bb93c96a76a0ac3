// What bt calls to learn what this package offers: plain data, made with the toolkit that bt hands over.
import { peerFileSource } from './source.js'

/** @type {import('bt-toolbox/plugin').PluginHook} */
const hook = async ({ kit }) => ({ api: 1, sources: [peerFileSource(kit)] })

export default hook
