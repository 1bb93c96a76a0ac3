import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PeerId, TorrentView } from 'bt-toolbox/plugin'
import { fakeIo, sourceContract, testKit, type FakeIo } from 'bt-toolbox/plugin/testing'
import { source, VARIABLE } from '../src/source.js'

process.env[VARIABLE] = 'http://peers.example/list'
const kit = testKit()
const world = (): FakeIo => fakeIo({ http: () => ({ body: '192.0.2.7:6881\nnonsense\n[2001:db8::1]:1\n' }) })

// What every source has to do.
for (const { name, run } of sourceContract({ source: source(kit), world, names: true })) test(name, run)

// What this one does.
test('names the addresses on the page, again every five minutes', async () => {
  const io = world()
  const infoHash = kit.infoHash(new Uint8Array(20))
  const torrent: TorrentView = { infoHash, peerId: new Uint8Array(20) as PeerId, name: 'a', private: false, port: 6881 }
  const times: number[] = []
  for await (const batch of source(kit).peers(torrent, io)) {
    const named = batch.map(address => kit.formatAddress(address))
    assert.deepEqual(named, ['192.0.2.7:6881', '[2001:db8::1]:1'])
    times.push(io.now())
    if (times.length === 2) break
  }
  assert.deepEqual(times, [0, 300_000])
})
