import { describe, expect, it } from 'vitest'
import { peerId } from '../../src/lib/base/ids.ts'
import { Departures } from '../../src/lib/swarm/departures.ts'
import { Outbox } from '../../src/lib/swarm/outbox.ts'
import type { SwarmPeer } from '../../src/lib/swarm/peer.ts'
import { Roster } from '../../src/lib/swarm/roster.ts'

/** Of four peers three are being dialled; for the last there is no room. */
function setUp() {
  const outbox = new Outbox()
  const roster = new Roster({
    outbox,
    maxConnections: 3,
    peerId: peerId(new Uint8Array(20)),
    port: 0,
    complete: () => false,
  })
  roster.learn(
    [1, 2, 3, 4].map(n => ({ host: `10.0.0.${n}`, port: 6881 })),
    'user',
    0,
  )
  const told: string[] = []
  const departures = new Departures({
    roster,
    transfer: () => undefined,
    refill: peer => told.push(`refill ${peer.address.host}`),
    rechoke: () => told.push('rechoke'),
  })
  const peers = [...roster.peers.values()]
  const [first] = peers as [SwarmPeer, ...SwarmPeer[]]
  const dropped = (): unknown[] => outbox.takeActions().filter(({ type }) => type === 'drop')
  return { roster, departures, told, first, dropped, hosts: () => [...roster.peers.values()].map(p => p.address.host) }
}

describe('the departure of a peer', () => {
  it('leaves to the others what it held, and its place to whom we know', () => {
    const { departures, told, first, hosts } = setUp()
    const [, second, third] = hosts()
    departures.drop(first, 'unreachable', 'nobody there', 0)
    expect(told).toEqual([`refill ${second}`, `refill ${third}`, 'rechoke'])
    expect(hosts()).toEqual([second, third, expect.not.stringContaining(first.address.host)])
  })

  it('happens once', () => {
    const { departures, told, first, dropped } = setUp()
    departures.drop(first, 'unreachable', 'nobody there', 0)
    told.length = 0
    departures.drop(first, 'closed-by-peer', 'gone', 0)
    expect(told).toEqual([])
    expect(dropped()).toHaveLength(1)
  })

  it('of all leaves nobody to ask for anything, and nobody is dialled', () => {
    const { departures, told, hosts, dropped } = setUp()
    departures.dropAll('local', 'shutting down', 0)
    expect(hosts()).toEqual([])
    expect(told).toEqual([])
    expect(dropped()).toHaveLength(3)
  })
})
