import type { AnnounceRequest, BencodeInput, InfoHash, PeerId, Toolkit, Tracker } from '../../../src/lib/plugin/api.ts'
import { type FakeIo, fakeIo, testKit } from '../../../src/lib/plugin/testing.ts'
import { httpTracker } from '../src/tracker.ts'

export const kit: Toolkit = testKit()
export const tracker: Tracker = httpTracker(kit)
export const url: URL = new URL('http://tracker.example/announce')

/** Every kind of byte: reserved, unreserved, high. */
const bytes = Uint8Array.from({ length: 20 }, (_, n) => (n * 13 + 32) & 0xff)
export const infoHash: InfoHash = kit.infoHash(bytes)

export const request: AnnounceRequest = {
  infoHash,
  peerId: new TextEncoder().encode('-tb0100-abcdefghij~!') as PeerId,
  port: 6881,
  uploaded: 1,
  downloaded: 2,
  left: 3_000_000_000,
  numWant: 50,
  key: 0xabc,
}

/** A world in which every GET is answered with this. */
export function answering(body: BencodeInput, status = 200): FakeIo {
  return fakeIo({
    hosts: { 'tracker.example': ['8.8.8.8'] },
    http: () => ({ status, body: body instanceof Uint8Array ? body : kit.encode(body) }),
  })
}
