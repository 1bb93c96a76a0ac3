// Swarms in which everybody behaves.
import { describe, expect, it } from 'vitest'
import { World } from './support/world.ts'

describe('a swarm', () => {
  it('spreads one copy to several leeches, which exchange among themselves', () => {
    const world = new World(1)
    const seed = world.seed()
    const leeches = world.leeches(5)
    for (const leech of leeches) leech.know(seed, ...leeches.filter(other => other !== leech))
    world.untilFinished(leeches)
    for (const leech of leeches) {
      expect(leech.torrent.snapshot(world.clock.now).uploaded).toBeGreaterThan(0)
      expect(leech.count('complete')).toBe(1)
      expect(leech.count('pieceRejected')).toBe(0)
    }
    const total = world.content.bytes.length
    const uploaded = world.nodes.reduce((sum, node) => sum + node.torrent.stats.upload.total, 0)
    const wasted = world.nodes.reduce((sum, node) => sum + node.torrent.stats.wasted, 0)
    // Endgame costs a little; no more than a tenth.
    expect(wasted).toBeLessThan(total * 5 * 0.1)
    expect(uploaded).toBeGreaterThanOrEqual(total * 5)
    expect(seed.torrent.stats.upload.total).toBeLessThan(total * 4)
  })
})
