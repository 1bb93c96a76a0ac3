// Swarms in which everybody behaves.
import { describe, expect, it } from 'vitest'
import type { Node } from './support/node.ts'
import { LINK, World } from './support/world.ts'

function introduce(leeches: readonly Node[], seeds: readonly Node[] = []): void {
  for (const leech of leeches) leech.know(...seeds, ...leeches.filter(other => other !== leech))
}

function uploaded(node: Node): number {
  return node.torrent.stats.upload.total
}

describe('a swarm', () => {
  it('spreads one copy to several leeches, which exchange among themselves', () => {
    const world = new World(1, { pieces: 64 })
    const seed = world.seed()
    const leeches = world.leeches(5)
    introduce(leeches, [seed])
    world.untilFinished(leeches)
    for (const leech of leeches) {
      expect(uploaded(leech)).toBeGreaterThan(0)
      expect(leech.count('complete')).toBe(1)
      expect(leech.count('pieceVerified')).toBe(64)
      expect(leech.count('pieceRejected')).toBe(0)
    }
    const total = world.content.bytes.length
    const wasted = leeches.reduce((sum, leech) => sum + leech.torrent.stats.wasted, 0)
    // What endgame costs in a torrent as small as this.
    expect(wasted / (total * leeches.length)).toBeLessThan(0.15)
    expect(uploaded(seed) / total).toBeLessThan(3.5)
  })

  it('is the same each time for the same seed', () => {
    const run = (seed: number) => {
      const world = new World(seed)
      const nodes = [world.seed(), ...world.leeches(3)]
      introduce(nodes)
      world.untilFinished(nodes)
      return [world.clock.now, ...nodes.map(uploaded)]
    }
    expect(run(7)).toEqual(run(7))
    expect(run(7)).not.toEqual(run(8))
  })

  it('needs no seed where every piece is with someone', () => {
    const world = new World(2)
    const nodes = [0, 1, 2].map(n => world.node({ have: [...Array(16).keys()].filter(piece => piece % 3 === n) }))
    introduce(nodes)
    world.untilFinished(nodes)
    expect(nodes.map(node => node.count('pieceVerified'))).toEqual([10, 11, 11])
  })

  it('serves who joins late', () => {
    const world = new World(3)
    const seed = world.seed()
    const [first, late] = [world.node(), world.node()]
    first.know(seed)
    world.clock.run(800)
    expect(first.finished).toBe(false)
    late.know(seed, first)
    world.untilFinished([first, late])
    expect(uploaded(first)).toBeGreaterThan(0)
  })

  it('serves who joins when all others are done', () => {
    const world = new World(4)
    const [seed, first, late] = [world.seed(), world.node(), world.node()]
    first.know(seed)
    world.untilFinished([first])
    late.know(seed, first)
    world.untilFinished([late])
    expect(uploaded(first)).toBeGreaterThan(0)
  })

  it('downloads what is wanted and nothing else', () => {
    const world = new World(5)
    const [seed, leech] = [world.seed(), world.node({ wanted: [3, 15] })]
    leech.know(seed)
    world.untilFinished([leech])
    expect([...(leech.torrent.have?.indices() ?? [])]).toEqual([3, 15])
    world.clock.run(1000)
    // Done, though no seed: neither downloads anything from now on (BEP 21).
    expect([leech.torrent.peers.size, seed.torrent.peers.size]).toEqual([0, 0])
    world.clock.run(100_000)
    expect(leech.count('peerConnected')).toBe(1)
  })

  it('goes on over slow and distant links', () => {
    const world = new World(6)
    const seed = world.seed({ link: { up: 40_000, down: 40_000, latency: 400 } })
    const leech = world.node({ link: { ...LINK, latency: 300 } })
    leech.know(seed)
    world.untilFinished([leech])
    // Six round trips until the first block, then within a quarter of what the link carries: the pipe was kept full.
    expect(world.clock.now).toBeLessThan(6 * 1400 + (world.content.bytes.length / 40_000) * 1250)
  })
})

describe('two peers', () => {
  it('part once both are seeds', () => {
    const world = new World(11)
    const [seed, leech] = [world.seed(), world.node()]
    leech.know(seed)
    world.untilFinished([leech])
    world.clock.run(1000)
    expect(leech.torrent.peers.size).toBe(0)
    expect(seed.torrent.peers.size).toBe(0)
    expect([...leech.of('peerDisconnected'), ...seed.of('peerDisconnected')].map(({ reason }) => reason)).toContain(
      'both-seeds',
    )
  })

  it('part at once where both were seeds before', () => {
    const world = new World(12)
    const [seed, other] = [world.seed(), world.seed()]
    other.know(seed)
    world.clock.run(60_000)
    expect(other.torrent.peers.size).toBe(0)
    // Once, and not again on our own account.
    expect(other.count('peerConnected')).toBe(1)
  })

  it('that dial each other at the same moment keep one connection', () => {
    const world = new World(13)
    const pair = world.leeches(2)
    introduce(pair)
    world.clock.run(2000)
    for (const node of pair) {
      expect(node.torrent.peers.size).toBe(1)
      expect(node.torrent.snapshot(world.clock.now).peers).toBe(1)
    }
    const [a, b] = pair.map(node => [...node.torrent.peers.values()][0]?.initiator)
    expect(new Set([a, b])).toEqual(new Set(['them', 'us']))
  })

  it('that dial each other a little apart keep one connection', () => {
    for (let gap = 0; gap <= 120; gap += 5) {
      const world = new World(14 + gap)
      const [a, b] = [world.node(), world.node()]
      a.know(b)
      world.clock.run(gap)
      b.know(a)
      world.clock.run(2000)
      expect([a.torrent.snapshot(2000).peers, b.torrent.snapshot(2000).peers], `${gap} ms`).toEqual([1, 1])
    }
  })
})
