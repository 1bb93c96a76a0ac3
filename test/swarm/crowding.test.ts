import { describe, expect, it } from 'vitest'
import type { PeerAddress } from '../../src/lib/base/address.ts'
import { Crowding } from '../../src/lib/swarm/crowding.ts'
import { SwarmPeer } from '../../src/lib/swarm/peer.ts'

const NEWCOMER: PeerAddress = { host: '52.0.0.9', port: 1 }

/** By host, how many connections of it; those of later hosts came later. */
function crowd(counts: Readonly<Record<string, number>>, initiator: 'us' | 'them' = 'them'): Map<number, SwarmPeer> {
  const peers = new Map<number, SwarmPeer>()
  for (const [host, count] of Object.entries(counts)) {
    for (let n = 0; n < count; n++) {
      const key = peers.size + 1
      peers.set(key, new SwarmPeer(key, { host, port: 1000 + n }, initiator))
    }
  }
  return peers
}

const crowding = (peers: ReadonlyMap<number, SwarmPeer>): Crowding => new Crowding(peers, () => 0)

describe('where all places are taken', () => {
  it('the latest of the host that has most of them makes room', () => {
    const peers = crowd({ '52.0.0.1': 12, '52.0.0.2': 20, '52.0.0.3': 5 })
    expect(crowding(peers).yielding(NEWCOMER, 0)).toBe(peers.get(32))
    expect(crowding(peers).inTheWay(0, 37)).toBe(peers.get(32))
    // On the loopback all peers have one host, those whom we dial too.
    expect(crowding(crowd({ '127.0.0.1': 12 })).inTheWay(0, 12)?.key).toBe(12)
  })

  it('nobody does for one of the same host, nor where no host has more than eight', () => {
    expect(crowding(crowd({ '52.0.0.1': 12 })).yielding({ host: '52.0.0.1', port: 5 }, 0)).toBeUndefined()
    expect(crowding(crowd({ '52.0.0.1': 8, '52.0.0.2': 8 })).yielding(NEWCOMER, 0)).toBeUndefined()
    expect(crowding(crowd({ '52.0.0.1': 12 }, 'us')).yielding(NEWCOMER, 0)).toBeUndefined()
  })

  it('a network of IPv6 counts as one host, however many addresses it has', () => {
    const hosts = Array.from({ length: 12 }, (_, n) => [`2001:db8::${n + 1}`, 1])
    const peers = crowd(Object.fromEntries(hosts) as Record<string, number>)
    expect(crowding(peers).yielding({ host: '2001:db8:0:1::1', port: 1 }, 0)).toBe(peers.get(12))
    expect(crowding(peers).yielding({ host: '2001:db8::ff', port: 1 }, 0)).toBeUndefined()
  })

  it('one of those who came, and gave nothing in a minute, makes room for whom we want to dial', () => {
    const peers = crowd({ '52.0.0.1': 3, '52.0.0.2': 3 })
    peers.get(1)?.download.add(1, 0)
    expect(crowding(peers).inTheWay(59_999, 6)).toBeUndefined()
    expect(crowding(peers).inTheWay(60_000, 6)).toBe(peers.get(2))
    // Half of the places are theirs.
    expect(crowding(peers).inTheWay(60_000, 12)).toBeUndefined()
  })
})
