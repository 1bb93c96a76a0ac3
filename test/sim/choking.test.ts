// Who is served: tit for tat among leeches, turns with a seed.
import { describe, expect, it } from 'vitest'
import type { Node } from './support/node.ts'
import { LINK, World } from './support/world.ts'

function unchoked(node: Node): number {
  return [...node.torrent.peers.values()].filter(peer => peer.connection?.amChoking === false).length
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

describe('choking', () => {
  it('serves contributors before free riders', () => {
    const world = new World(200, { pieces: 96 })
    const seed = world.seed({ uploadSlots: 2, link: { ...LINK, up: 100_000 } })
    const contributors = world.leeches(6, { uploadSlots: 3, link: { ...LINK, up: 100_000 } })
    const riders = world.leeches(6, { uploadSlots: 3, link: { ...LINK, up: 5000 } })
    const all = [...contributors, ...riders]
    for (const leech of all) leech.know(seed, ...all.filter(other => other !== leech))
    const finished = new Map<Node, number>()
    world.clock.runUntil(
      'all done',
      () => {
        for (const node of all) if (node.finished && !finished.has(node)) finished.set(node, world.clock.now)
        return finished.size === all.length
      },
      3_000_000,
    )
    const times = (nodes: readonly Node[]) => nodes.map(node => finished.get(node) ?? 0)
    expect(mean(times(contributors))).toBeLessThan(mean(times(riders)) * 0.8)
  })

  it('keeps to its slots', () => {
    const world = new World(201, { pieces: 64 })
    const seed = world.seed({ uploadSlots: 3, link: { ...LINK, up: 50_000 } })
    const leeches = world.leeches(8)
    for (const leech of leeches) leech.know(seed)
    for (let second = 1; second < 60; second++) {
      world.clock.run(1000)
      expect(unchoked(seed)).toBeLessThanOrEqual(3)
    }
    expect(unchoked(seed)).toBe(3)
  })

  it('gives every leech of a seed its turn', () => {
    const world = new World(202, { pieces: 256 })
    const seed = world.seed({ uploadSlots: 2, link: { ...LINK, up: 20_000 } })
    const leeches = world.leeches(6)
    for (const leech of leeches) leech.know(seed)
    world.clock.run(280_000)
    expect(leeches.filter(leech => leech.torrent.stats.download.total === 0)).toEqual([])
    expect(seed.count('uploadStarted')).toBe(6)
  })

  it('gives a slot that becomes free to another at once', () => {
    const world = new World(203, { pieces: 64 })
    const seed = world.seed({ uploadSlots: 1, link: { ...LINK, up: 50_000 } })
    const leeches = world.leeches(2)
    for (const leech of leeches) leech.know(seed)
    world.clock.run(12_000)
    // The other has had what anyone may have while choked (BEP 6).
    const slots = leeches.map(leech => [...leech.torrent.peers.values()][0]?.connection?.peerChoking === false)
    expect(new Set(slots)).toEqual(new Set([false, true]))
    const waiting = leeches[slots.indexOf(false)]
    leeches[slots.indexOf(true)]?.vanish()
    const before = waiting?.torrent.stats.download.total ?? NaN
    world.clock.run(2000)
    expect([...(waiting?.torrent.peers.values() ?? [])][0]?.connection?.peerChoking).toBe(false)
    expect(waiting?.torrent.stats.download.total).toBeGreaterThan(before)
  })
})
