// The front door for the tests of a plugin (published as bt-toolbox/plugin/testing).
import type { Toolkit } from './api.ts'
import { toolkit } from './toolkit.ts'

export { fakeIo, type FakeIo, type FakeIoOptions, type Reply, type SentDatagram } from './fake-io.ts'
// The peers of a wire extension's tests: a network of connected sessions, and the torrents at its ends.
export { ExtensionNetwork, type Joint, type JointEnd, type JointOptions } from './testing-extensions.ts'
export { FakeTorrent } from './testing-torrent.ts'
// The host that a command of a plugin meets.
export { fakeHost, type FakeHost, type FakeHostCall, type FakeHostOptions, type FakeHostTorrent } from './fake-host.ts'
// What the contract demands of every plugin, as cases for any test runner.
export type { ContractCase } from './contract.ts'
export { extensionContract, type ExtensionSubject } from './contract-extension.ts'
export { sourceContract, type SourceSubject } from './contract-source.ts'
export { trackerContract, type TrackerSubject } from './contract-tracker.ts'

/** The toolkit that the host hands to a plugin's hook. */
export function testKit(): Toolkit {
  return toolkit
}
