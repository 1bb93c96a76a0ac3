import { describe, expect, it } from 'vitest'
import type { PeerAddress } from '../../src/lib/base/address.ts'
import { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { Twins } from '../../src/lib/swarm/twins.ts'
import { opened, OURS, THEIRS } from '../wire/support.ts'

const [HERE, THERE]: [PeerAddress, PeerAddress] = [
  { host: '52.0.0.1', port: 1 },
  { host: '52.0.0.2', port: 2 },
]
const DOUBT = 30_000

function peerAt(key: number, address: PeerAddress, initiator: 'us' | 'them', connectedAt = 0): SwarmPeer {
  const peer = new SwarmPeer(key, address, initiator)
  peer.connection = opened()
  peer.connectedAt = connectedAt
  return peer
}

function setUp(address = HERE, initiator: 'us' | 'them' = 'us') {
  const first = peerAt(1, address, initiator)
  const peers = new Map([[1, first]])
  let complete = false
  const twins = new Twins(peers, OURS, () => complete)
  const second = (at: PeerAddress, initiator: 'us' | 'them' = 'us', connectedAt = DOUBT): SwarmPeer => {
    const peer = peerAt(2, at, initiator, connectedAt)
    peers.set(2, peer)
    return peer
  }
  return { twins, first, second, finish: () => (complete = true) }
}

describe('of two connections to one peer id', () => {
  it('the second goes, and is tried again while the first has given nothing', () => {
    const { twins, first, second } = setUp()
    const other = second(THERE, 'us', DOUBT - 1)
    expect(twins.surplus(other, THEIRS, DOUBT - 1)).toBe(other)
    expect(twins.mayBeTrue(other)).toBe(true)
    first.download.add(1, 0)
    expect(twins.mayBeTrue(other)).toBe(false)
  })

  it('the first goes where it has given nothing in half a minute, and is not tried again', () => {
    const { twins, first, second } = setUp()
    const other = second(THERE)
    expect(twins.surplus(other, THEIRS, DOUBT)).toBe(first)
    expect(twins.mayBeTrue(first)).toBe(false)
  })

  it.each<[string, (at: ReturnType<typeof setUp>) => SwarmPeer]>([
    ['where it has given something', ({ first, second }) => (first.download.add(1, 0), second(THERE))],
    ['where there is nothing to download', ({ finish, second }) => (finish(), second(THERE))],
    ['for one at the same host that came to us', ({ second }) => second({ ...HERE, port: 9 }, 'them')],
  ])('the first stays %s', (_where, arrange) => {
    const at = setUp()
    const other = arrange(at)
    expect(at.twins.surplus(other, THEIRS, DOUBT)).toBe(other)
  })

  it('another port of a host is elsewhere where we dialled both, as on the loopback', () => {
    const { twins, first, second } = setUp()
    expect(twins.surplus(second({ ...HERE, port: 9 }), THEIRS, DOUBT)).toBe(first)
  })

  it('the first makes room for one that comes to us from elsewhere', () => {
    const { twins, first } = setUp()
    expect(twins.doubtful(THEIRS, THERE, DOUBT - 1)).toBeUndefined()
    expect(twins.doubtful(THEIRS, HERE, DOUBT)).toBeUndefined()
    expect(twins.doubtful(THEIRS, THERE, DOUBT)).toBe(first)
    expect(twins.doubtful(OURS, THERE, DOUBT)).toBeUndefined()
  })
})
