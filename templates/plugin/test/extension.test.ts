import assert from 'node:assert/strict'
import { test } from 'node:test'
import { extensionContract, ExtensionNetwork, FakeTorrent, testKit } from 'bt-toolbox/plugin/testing'
import { extension, PING_INTERVAL } from '../src/extension.js'

const kit = testKit()

// What every extension has to do.
for (const { name, run } of extensionContract({ extension: extension(kit) })) test(name, run)

// What this one does.
test('pings and is answered', () => {
  const network = new ExtensionNetwork('bt_sample')
  const open = () => extension(kit).open(new FakeTorrent(new Uint8Array(1), 'known'))
  const { a, b } = network.join(open(), open(), { delay: 10 })
  network.run(PING_INTERVAL + 100)
  const said = [a, b].map(({ sent }) => sent.map(payload => new TextDecoder().decode(payload)))
  assert.deepEqual(said, [
    ['d4:pingi1ee', 'd4:pongi1ee'],
    ['d4:pingi1ee', 'd4:pongi1ee'],
  ])
})
