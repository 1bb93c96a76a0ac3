import { encodeState, restoreState } from '../../src/lib/tracker/state.ts'
import { Swarms } from '../../src/lib/tracker/swarms.ts'
import { Random } from '../random.ts'
import { check, sizeOf, wordsOf, type Target } from '../target.ts'

const NOW = 200_000
const WALL = 1_800_000_000_000
const LIMITS = { peers: 40, swarmPeers: 20, idleSwarms: 5 }

function empty(): Swarms {
  const random = new Random(1)
  return new Swarms(60, () => random.uint32() / 2 ** 32, LIMITS)
}

function sample(): Uint8Array {
  const swarms = empty()
  for (let n = 0; n < 6; n++) {
    const address = n % 2 === 0 ? Uint8Array.of(10, 0, 0, n) : new Uint8Array(16).fill(0x20 + n)
    const peer = { infoHash: 'ab'[n % 2]?.repeat(20) ?? '', peerId: String(n).repeat(20), address, port: 6881 }
    swarms.announce({ ...peer, seed: false }, NOW - 1000 * n)
    swarms.announce({ ...peer, seed: true, event: 'completed' }, NOW - 1000 * n)
  }
  return encodeState(swarms, NOW, WALL)
}

export const trackerState: Target = {
  name: 'tracker-state',
  promise: 'a state is restored within the limits of the tracker and can be saved, or is none; nothing throws',
  seeds: [sample(), encodeState(empty(), NOW, WALL)],
  throws: [],
  words: ['format', 'bt tracker state 1', 'saved at', 'downloads', 'peers', 'a'.repeat(20), '\0\0\0\0', '\u0003'],
  bencoded: true,
  run(input) {
    const swarms = empty()
    const restored = restoreState(swarms, input, NOW, WALL)
    const peers = [...swarms.peers(NOW)]
    check(peers.length <= LIMITS.peers, 'no more peers than there may be')
    const state = encodeState(swarms, NOW, WALL)
    if (restored !== 'restored') {
      check(peers.length === 0, 'what is no state has no peers')
      return wordsOf(restored.fault)
    }
    const again = empty()
    check(restoreState(again, state, NOW, WALL) === 'restored', 'what was restored can be saved')
    return `${sizeOf(peers.length)} ${peers.filter(peer => peer.seed).length} ${[...swarms.downloads()].length}`
  },
}
