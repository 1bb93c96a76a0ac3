// BEP 40: who is dialled first, and who may come in where all places are taken.
import { describe, expect, it } from 'vitest'
import { peerPriority } from '../../src/lib/discovery/peer-priority.ts'
import type { Script } from './support/scripted-peer.ts'
import { World } from './support/world.ts'

const OURS = { host: '52.200.7.7', port: 7777 }

/** Tells us our address, and is of no use. */
const telling: Script = (event, { connection }) => {
  if (event.type === 'handshake') connection.extendedHandshake({ yourip: Uint8Array.of(52, 200, 7, 7) })
}
const priorityOf = (address: { host: string; port: number }): number => peerPriority(OURS, address) ?? -1

describe('peers in the order of BEP 40', () => {
  it('are dialled in it once two have said who we are', () => {
    const world = new World(800)
    const node = world.node({ address: OURS, maxConnections: 3 })
    const dialled: number[] = []
    const peerAt = (n: number) => {
      const address = { host: `60.${n}.0.1`, port: 1000 + n }
      return world.scripted(
        (event, session) => {
          if (event.type === 'handshake') dialled.push(n)
          telling(event, session)
        },
        { address, extended: true },
      )
    }
    node.know(peerAt(1), peerAt(2))
    world.clock.run(500)
    const others = Array.from({ length: 20 }, (_, n) => peerAt(n + 10))
    node.know(...others)
    world.clock.run(500)
    node.loseWireTo({ host: '60.1.0.1', port: 1001 })
    world.clock.run(500)
    const byPriority = others.toSorted((a, b) => priorityOf(b.address) - priorityOf(a.address))
    const [first, second] = byPriority.map(({ address }) => address.port - 1000)
    // The first two as they were named; then the best for the place that is left, and the next for the one that becomes free.
    expect(dialled).toEqual([1, 2, first, second])
  })

  it('push out the last of those that are of no use when they come in', () => {
    const world = new World(801)
    const seed = world.seed({ address: OURS, maxConnections: 2 })
    const idle = [1, 2].map(n =>
      world.scripted(telling, { address: { host: `60.${n}.0.1`, port: 1000 + n }, extended: true }),
    )
    for (const peer of idle) peer.dial(seed)
    world.clock.run(70_000)
    expect(seed.torrent.peers.size).toBe(2)
    const [low = 0] = idle.map(({ address }) => priorityOf(address)).sort((a, b) => a - b)
    const hosts = Array.from({ length: 50 }, (_, n) => ({ host: `70.${n}.0.1`, port: 2000 }))
    const [worse, better] = [
      hosts.find(address => priorityOf(address) < low),
      hosts.find(address => priorityOf(address) > low),
    ]
    if (worse === undefined || better === undefined) throw new Error('one of each')
    world.scripted(() => undefined, { address: worse }).dial(seed)
    world.clock.run(1000)
    expect(seed.count('peerDisconnected')).toBe(0)
    world.scripted(() => undefined, { address: better }).dial(seed)
    world.clock.run(1000)
    expect(seed.of('peerDisconnected')).toMatchObject([{ reason: 'replaced' }])
    expect(seed.torrent.peers.size).toBe(2)
    expect([...seed.torrent.peers.values()].map(({ address }) => address.host)).toContain(better.host)
  })
})
