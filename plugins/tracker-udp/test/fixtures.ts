import type { AnnounceRequest, InfoHash, PeerId, Toolkit } from '../../../src/lib/plugin/api.ts'
import type { FakeIoOptions } from '../../../src/lib/plugin/testing.ts'
import { testKit } from '../../../src/lib/plugin/testing.ts'

export const kit: Toolkit = testKit()
export const url: URL = new URL('udp://tracker.example:6969/announce')
export const infoHash: InfoHash = kit.infoHash(Uint8Array.from({ length: 20 }, (_, n) => n + 1))
/** What the scripted tracker calls the connection. */
export const CONNECTION_ID: Uint8Array = Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2)

export const request: AnnounceRequest = {
  infoHash,
  peerId: new TextEncoder().encode('-tb0100-abcdefghijkl') as PeerId,
  port: 6881,
  uploaded: 3,
  downloaded: 2 ** 40,
  left: 2 ** 33 + 1,
  event: 'started',
  numWant: 50,
  key: 0xdead_beef,
}

/** The 32-bit number at an offset. */
export function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at)
}

/** An answer: action, the transaction id of the request, and the rest. */
export function answerTo(asked: Uint8Array, action: number, rest: readonly number[]): Uint8Array {
  return Uint8Array.of(0, 0, 0, action, ...asked.subarray(12, 16), ...rest)
}

/** Interval 1800, 2 leeches, 3 seeds and these peers. */
export const announceAnswer = (...peers: number[]): number[] => [0, 0, 7, 8, 0, 0, 0, 2, 0, 0, 0, 3, ...peers]

type Script = NonNullable<FakeIoOptions['udp']>

/** A tracker that gives out CONNECTION_ID and answers what follows as said; `undefined`: it does not answer. */
export function server(
  answer: (asked: Uint8Array, action: number) => Uint8Array | undefined = asked => answerTo(asked, 1, announceAnswer()),
): Script {
  return ({ data }, reply) => {
    const action = u32(data, 8)
    const said = action === 0 ? answerTo(data, 0, [...CONNECTION_ID]) : answer(data, action)
    if (said !== undefined) reply(said)
  }
}

export const hosts = { 'tracker.example': ['8.8.8.8'] } as const
