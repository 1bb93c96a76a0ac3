import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnnounceRequest, PeerId } from 'bt-toolbox/plugin'
import { fakeIo, testKit, trackerContract, type FakeIo } from 'bt-toolbox/plugin/testing'
import { tracker } from '../src/tracker.js'

const kit = testKit()
const url = new URL('sample+http://tracker.example/announce')
const answering = (body: string): FakeIo => fakeIo({ http: () => ({ body }) })

// What every tracker has to do.
const world = (): FakeIo => answering('{"peers":["192.0.2.7:6881"]}')
for (const { name, run } of trackerContract({ tracker: tracker(kit), url, world })) test(name, run)

// What this one does.
const request: AnnounceRequest = {
  infoHash: kit.infoHash(new Uint8Array(20)),
  peerId: new Uint8Array(20) as PeerId,
  port: 6881,
  key: 1,
  uploaded: 0,
  downloaded: 0,
  left: 1,
  numWant: 50,
}

test('takes peers and interval from the page', async () => {
  const io = answering('{"peers":["192.0.2.7:6881","[2001:db8::1]:1"],"interval":900}')
  const { peers, interval } = await tracker(kit).announce(url, request, io)
  const named = peers.map(peer => kit.formatAddress(peer))
  assert.deepEqual({ named, interval }, { named: ['192.0.2.7:6881', '[2001:db8::1]:1'], interval: 900 })
  assert.deepEqual(io.requests.map(String), ['http://tracker.example/announce'])
})

test('refuses a page that is no list', async () => {
  await assert.rejects(tracker(kit).announce(url, request, answering('<html>')), { code: 'TRACKER_INVALID_ANSWER' })
})
