import { concat } from '../../src/lib/base/bytes.ts'
import { infoHash, peerId } from '../../src/lib/base/ids.ts'
import type { PeerEvent } from '../../src/lib/wire/events.ts'
import { PeerConnection } from '../../src/lib/wire/connection.ts'
import { reservedBytes } from '../../src/lib/wire/handshake.ts'
import { kept } from '../kept-events.ts'
import { Random } from '../random.ts'
import { check, wordsOf, type Target } from '../target.ts'
import { handshake } from './handshake.ts'
import { wire } from './wire.ts'

const HASH = infoHash(new Uint8Array(20).fill(0x68))
const OURS = peerId(new Uint8Array(20).fill(1))
/** Milliseconds between chunks: some connections run into a time-out. */
const PAUSE = 4_000

const shaken = handshake.seeds.map(seed => seed.subarray(1))

/** The first byte says who opened the connection and how the chunks are cut. */
export const connection: Target = {
  name: 'connection',
  promise: 'whatever comes, and whenever, nothing throws, nothing follows the end, and what is sent is drained',
  seeds: [
    concat([Uint8Array.of(1), shaken[1] ?? new Uint8Array(), wire.seeds[0].subarray(3)]),
    concat([Uint8Array.of(2), shaken[1] ?? new Uint8Array(), wire.seeds[0].subarray(3)]),
    concat([Uint8Array.of(3), shaken[0] ?? new Uint8Array()]),
  ],
  throws: [],
  ...(wire.words === undefined ? {} : { words: wire.words }),
  run(input) {
    const [mode = 0] = input
    const peer = new PeerConnection({
      initiator: mode % 2 === 1,
      peerId: OURS,
      infoHash: HASH,
      reserved: reservedBytes({ extended: true, fast: mode % 4 < 2 }),
      target: block => (block.piece % 2 === 0 ? undefined : new Uint8Array(block.length)),
      pieceCount: 20,
      now: 0,
    })
    const events: PeerEvent[] = []
    const random = new Random(mode)
    let now = 0
    for (let at = 1; at < input.length;) {
      const chunk = input.slice(at, at + random.below(600) + 1)
      at += chunk.length
      now += random.below(8) === 0 ? PAUSE : 1
      const came = peer.receive(chunk, now).map(kept)
      events.push(...came, ...peer.handleTimeout(now))
      chunk.fill(0xee)
      if (came.at(-1)?.type === 'handshake' && mode % 2 === 0) {
        peer.accept(HASH)
        events.push(...peer.resume(now).map(kept))
      }
      while (peer.pollTransmit() !== undefined);
      check(peer.queuedBytes === 0, 'what is queued can be sent')
      check(peer.closed ? peer.deadline === Infinity : peer.deadline > now - PAUSE, 'a deadline lies ahead')
    }
    const end = events.findIndex(event => event.type === 'closed')
    check(end === -1 || end === events.length - 1, 'nothing follows the end')
    check(peer.closed === (end !== -1), 'a connection is closed where it said so')
    const last = events.at(-1)
    return `${mode % 4} ${last?.type === 'closed' ? wordsOf(last.detail) : last?.type}`
  },
}
